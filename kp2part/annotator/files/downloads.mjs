/** Files to download: masks of the photo's own size, keypoints, a picture. */

import { toCoco } from "./coco.mjs";
import { placeOf } from "../state/geometry.mjs";
import { resized } from "../state/shape.mjs";
import { compose, paint } from "./mask.mjs";
import { encodeGray } from "./png.mjs";

const OVERLAY_SIDE = 2048; // A picture to look at need not be larger.

/**
 * @typedef {import("./coco.mjs").PhotoParts} PhotoParts
 * @typedef {Map<number, PhotoParts>} Predictions By object id.
 */

/** @returns {Promise<Blob>} PNG; its gray levels are part ids. */
export function maskFile(photo, predictions) {
  const { width, height } = photo;
  const maps = [...predictions.values()].map(({ labels }) => labels);
  const composed = compose(maps, width * height);
  return encodeGray(Uint8Array.from(composed, (v) => v & 255), width, height);
}

/** @returns {Promise<Blob>} PNG; its gray levels count the objects from 1. */
export function objectsFile(photo, predictions) {
  const { width, height } = photo;
  const maps = [...predictions.values()].map(({ labels }) => labels);
  if (maps.length > 255) throw new Error("a mask tells at most 255 objects");
  const composed = compose(maps, width * height);
  const numbers = Uint8Array.from(composed, (v) => v && (v >> 8) + 1);
  return encodeGray(numbers, width, height);
}

/** @returns {Blob} */
export function jsonFile(contents) {
  return new Blob([JSON.stringify(contents)], { type: "application/json" });
}

/** @returns {Blob} COCO JSON. */
export function cocoFile(category, photo, objects, predictions) {
  return jsonFile(toCoco(objects, category, photo, predictions));
}

/** @returns {Promise<Blob>} PNG of the photo with parts and keypoints. */
export async function overlayFile(category, photo, objects, predictions, how) {
  const longest = Math.max(photo.width, photo.height);
  const scale = Math.min(1, OVERLAY_SIDE / longest);
  const canvas = new OffscreenCanvas(
    Math.round(photo.width * scale), Math.round(photo.height * scale));
  const context = canvas.getContext("2d");
  context.drawImage(photo.image, 0, 0, canvas.width, canvas.height);
  const parts = await partsPicture(
    category, photo, predictions, how, canvas);
  context.drawImage(parts, 0, 0, canvas.width, canvas.height);
  context.scale(scale, scale);
  const unit = longest / 300;
  for (const object of objects) drawPose(context, object, category, unit);
  return canvas.convertToBlob({ type: "image/png" });
}

function partsPicture(category, photo, predictions, how, { width, height }) {
  const maps = [...predictions.values()].map(({ labels }) => resized(
    { labels, width: photo.width, height: photo.height },
    { width, height }).labels);
  const longest = Math.max(width, height);
  const line = Math.max(1, Math.round(longest / 700));
  const pixels = paint(
    compose(maps, width * height), width, category.colors,
    { ...how, period: longest / 70, line });
  return createImageBitmap(new ImageData(pixels, width, height));
}

function drawPose(context, { points }, { skeleton }, unit) {
  const lines = new Path2D();
  for (const [a, b] of skeleton) {
    if (!points[a]?.[2] || !points[b]?.[2]) continue;
    const [from, to] = [points[a], points[b]].map(placeOf);
    lines.moveTo(from.x, from.y);
    lines.lineTo(to.x, to.y);
  }
  for (const [color, width] of [["black", unit], ["white", unit / 2]]) {
    context.strokeStyle = color;
    context.lineWidth = width;
    context.stroke(lines);
  }
  for (const point of points.filter((p) => p?.[2])) {
    const { x, y } = placeOf(point);
    context.beginPath();
    context.arc(x, y, 1.6 * unit, 0, 2 * Math.PI);
    context.fillStyle = point[2] === 2 ? "white" : "#888";
    context.fill();
    context.strokeStyle = "black";
    context.lineWidth = unit / 2;
    context.stroke();
  }
}

/** Downloads a file. */
export function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The browser reads the file a moment later.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

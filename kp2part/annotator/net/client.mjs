/** Requests the parts of an object from the server's predict API. */

import { scaleKeypoints } from "../state/geometry.mjs";
import { rows } from "../state/annotations.mjs";
import { errorIn } from "./errors.mjs";

const TIMEOUT_MS = 60_000;

/** The server cannot be reached, or does not respond in time. */
export class ServerGone extends Error {}

/**
 * @typedef {object} Parts
 * @property {Uint8Array} labels Part ids by rows.
 * @property {number} width Of the image that was sent.
 * @property {number} height
 * @property {number[]} box The pixels that the model looked at.
 */

/**
 * @param {string} model
 * @param {import("../state/annotations.mjs").Annotated} object
 * @param {{base64: string, scale: number, width: number, height: number}} image
 *     The photo, its size in pixels, and this size as a fraction of the one in
 *     which the object is annotated.
 * @returns {Promise<Parts>}
 * @throws {ServerGone}
 * @throws {Error} The server refused; the message is the server's. Or its mask
 *     is not of the photo that was sent.
 */
export async function predict(model, object, image) {
  const instance = {
    image_bytes: { b64: image.base64 },
    keypoints: scaleKeypoints(rows(object), image.scale),
  };
  if (object.box) instance.box = object.box.map((edge) => edge * image.scale);
  const { predictions } = await post(
    `/v1/models/${encodeURIComponent(model)}:predict`, {
      signature_name: object.box ? "masks_of_boxes" : "serving_default",
      instances: [instance],
    });
  const { mask_bytes: mask, box } = predictions[0];
  const { labels, width, height } = await decode(mask.b64);
  if (width !== image.width || height !== image.height) {
    throw new Error(
      "The server's mask must have the size of the photo that was sent: " +
      `${image.width} × ${image.height}. It is ${width} × ${height}.`);
  }
  return { labels, width, height, box };
}

async function post(path, body) {
  let response;
  let text;
  try {
    response = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    text = await response.text();
  } catch {
    throw new ServerGone("The server does not respond.");
  }
  if (response.ok) return JSON.parse(text);
  throw new Error(
    errorIn(text) ?? `The server responded with ${response.status}.`);
}

async function decode(text) {
  const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  // Gray levels are part ids: nothing may change them.
  const bitmap = await createImageBitmap(new Blob([bytes]), {
    colorSpaceConversion: "none", premultiplyAlpha: "none",
  });
  const { width, height } = bitmap;
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(bitmap, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  const labels = new Uint8Array(width * height);
  for (let i = 0; i < labels.length; i++) labels[i] = data[4 * i];
  return { labels, width, height };
}

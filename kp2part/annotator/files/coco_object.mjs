/** Reads one annotation of a COCO file: its class, box and keypoints. */

import { inWords } from "../state/category.mjs";
import * as check from "./coco_check.mjs";
import * as names from "./names.mjs";

const TOLERANCE = 0.05; // Of a side: people click a little outside.
const FEW_PIXELS = 2; // An object that is no larger is none.

/**
 * @typedef {import("../state/category.mjs").Category} Category
 * @typedef {{name: string, width: number, height: number}} Photo
 */

/** @returns {?string} The model's name of a class; null if it has none. */
export function classOf(name, { classes }) {
  return classes.find((c) => names.key(c) === names.key(String(name))) ?? null;
}

/**
 * @param {object} annotation
 * @param {object} of Its entry in `categories`.
 * @param {Category} category
 * @param {Photo} photo
 * @param {string} where Names the annotation in messages.
 * @returns {object} `Annotated`, without an id.
 * @throws {Error} A field breaks a rule; the message names it.
 */
export function readObject(annotation, of, category, photo, where) {
  const points = readPoints(annotation, of, category, where);
  const box = readBox(annotation.bbox, photo, where);
  checkPlaces(points, category, photo, where);
  checkTogether(points, box, where);
  return {
    className: classOf(of.name, category), box, boxless: !box, points };
}

function readBox(bbox, photo, where) {
  if (!bbox || bbox.length === 0) return null;
  check.requireNumbers(bbox, 4, `${where}: bbox`);
  const [x, y, width, height] = bbox;
  if (!(width > 0 && height > 0)) return null;
  const inside = (value, length) => Math.min(Math.max(value, 0), length);
  const box = [inside(x, photo.width), inside(y, photo.height),
    inside(x + width, photo.width), inside(y + height, photo.height)];
  if (box[0] >= box[2] || box[1] >= box[3]) {
    throw new Error(
      `${where}: bbox must overlap the photo, ${sizeOf(photo)}. It is ` +
      `${check.show(bbox)}: is it of another photo?`);
  }
  return box;
}

function readPoints(annotation, of, category, where) {
  const known = knownKeypoints(of, category);
  const flat = annotation.keypoints;
  check.requireLength(flat, 3 * known.length, `${where}: keypoints`);
  const skipped = check.textsOf(
    annotation.skipped ?? [], `${where}: skipped`).map(names.key);
  const points = category.keypoints.map((name) => (
    skipped.includes(names.key(name)) ? [0, 0, 0] : null));
  known.forEach(({ name, index }, i) => {
    const point = flat.slice(3 * i, 3 * i + 3);
    if (![0, 1, 2].includes(point[2])) {
      throw new Error(
        `${where}: v of ${name} must be 0, 1 or 2. It is ` +
        `${check.show(point[2])}.`);
    }
    if (point[2] === 0) return; // Whatever its place is.
    if (index < 0) throw unknown(name, category, where);
    [0, 1].forEach((axis) => check.requireNumber(
      point[axis], `${where}: ${"xy"[axis]} of ${name}`));
    points[index] = point;
  });
  return points;
}

/** The keypoints of an entry in `categories`, with their places in ours. */
function knownKeypoints(of, { keypoints }) {
  const where = `category ${of.name}: keypoints`;
  const keys = keypoints.map(names.key);
  const seen = new Set();
  return check.textsOf(of.keypoints, where).map((name) => {
    if (seen.has(names.key(name))) {
      throw new Error(`${where} must differ. ${name} is there twice.`);
    }
    seen.add(names.key(name));
    return { name, index: keys.indexOf(names.key(name)) };
  });
}

function unknown(name, { keypoints }, where) {
  const [near] = names.nearest(name, keypoints, 1);
  return new Error(
    `${where}: this model has no keypoint "${inWords(name)}". The nearest is ` +
    `"${inWords(near)}".`);
}

function checkPlaces(points, { keypoints }, photo, where) {
  const sides = [photo.width, photo.height];
  points.forEach((point, k) => {
    if (!point?.[2]) return;
    sides.forEach((side, axis) => {
      const slack = TOLERANCE * side;
      if (point[axis] >= -slack && point[axis] <= side + slack) return;
      throw new Error(
        `${where}: ${keypoints[k]} must be in the photo, ${sizeOf(photo)}. ` +
        `It is at ${point[0]}, ${point[1]}: is it of a copy of another size, ` +
        "or y before x?");
    });
  });
}

/** Fractions and percentages of a photo's size look like nearby pixels. */
function checkTogether(points, box, where) {
  const placed = points.filter((point) => point?.[2]);
  const [wide, high] = [0, 1].map((axis) => {
    const values = placed.map((point) => point[axis]);
    return Math.max(...values) - Math.min(...values);
  });
  if (placed.length > 2 && Math.max(wide, high) <= FEW_PIXELS) {
    throw new Error(
      `${where}: keypoints must be in pixels. All are within ${FEW_PIXELS} ` +
      "pixels: are they fractions of the photo's size?");
  }
  if (!box || placed.length < 2) return;
  const [xmin, ymin, xmax, ymax] = box;
  const isIn = ([x, y]) => x >= xmin - 1 && x <= xmax && y >= ymin - 1
    && y <= ymax;
  if (!placed.some(isIn)) {
    throw new Error(
      `${where}: keypoints must be in their bbox, ${check.show(box)} (xmin, ` +
      `ymin, xmax, ymax). None is; the first is at ${placed[0][0]}, ` +
      `${placed[0][1]}: are they of a copy of another size, or per cent?`);
  }
}

function sizeOf({ width, height }) {
  return `${width} × ${height} pixels`;
}

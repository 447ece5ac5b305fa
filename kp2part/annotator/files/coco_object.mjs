/** Reads one annotation of a COCO file: its class, box and keypoints. */

import { inWords } from "../state/category.mjs";
import * as check from "./coco_check.mjs";
import * as coordinates from "./coordinates.mjs";
import * as names from "./names.mjs";

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
  const placed = points.flatMap((point, k) => (
    point?.[2] ? [{ place: point.slice(0, 2), name: category.keypoints[k] }]
      : []));
  coordinates.checkKeypoints(placed, box, photo, where);
  if (isOfModel(annotation)) return suggestion(points, box);
  return {
    className: classOf(of.name, category), box, boxless: !box, points };
}

/** Whether a model has found an object: only then it has a score. */
function isOfModel({ score }) {
  return typeof score === "number";
}

/** An object of which nothing counts until somebody accepts it. */
function suggestion(points, box) {
  return {
    className: null, box: null, boxless: false, points: points.map(() => null),
    suggested: { box, points: points.map((p) => (p?.[2] ? p : null)) },
  };
}

/** Models may give a confidence in place of v: any place is then a guess. */
function withoutConfidence(flat) {
  const isV = (_, i) => i % 3 === 2;
  const all = flat.filter(isV);
  const isConfidence = all.every((v) => v >= 0 && v <= 1)
    && all.some((v) => v > 0 && v < 1);
  if (!isConfidence) return flat;
  return flat.map((value, i) => (isV(value, i) ? 2 * (value > 0) : value));
}

function readBox(bbox, photo, where) {
  if (!bbox || bbox.length === 0) return null;
  check.requireNumbers(bbox, 4, `${where}: bbox`);
  const [x, y, width, height] = bbox;
  if (!(width > 0 && height > 0)) return null;
  coordinates.checkBox([x, y, x + width, y + height], photo, where);
  const inside = (value, length) => Math.min(Math.max(value, 0), length);
  const box = [inside(x, photo.width), inside(y, photo.height),
    inside(x + width, photo.width), inside(y + height, photo.height)];
  return box[0] < box[2] && box[1] < box[3] ? box : null;
}

function readPoints(annotation, of, category, where) {
  const known = knownKeypoints(of, category);
  const given = annotation.keypoints;
  check.requireLength(given, 3 * known.length, `${where}: keypoints`);
  const flat = isOfModel(annotation) ? withoutConfidence(given) : given;
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

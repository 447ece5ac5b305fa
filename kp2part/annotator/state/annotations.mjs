/**
 * The annotations of a photo. Values are immutable: each function returns new
 * ones, so that undo can return to any state.
 */

/**
 * @typedef {[number, number, number]} Point x, y, v; v is 0 if absent, 1 if
 *     hidden, 2 if seen.
 * @typedef {object} Annotated One object of the photo.
 * @property {number} id
 * @property {?string} className null until someone chooses it.
 * @property {?number[]} box xmin, ymin, xmax, ymax; null without one.
 * @property {boolean} boxless Whether it goes without a box.
 * @property {(?Point)[]} points K; null if not annotated yet.
 * @property {?import("./shape.mjs").Shape} [shape] If somebody corrected it.
 * @property {?Suggested} [suggested] By a model; counts once it is accepted.
 *
 * @typedef {object} Suggested
 * @property {?number[]} box
 * @property {(?Point)[]} points K; null where there is no suggestion.
 *
 * @typedef {object} Annotations
 * @property {Annotated[]} objects
 * @property {number} active Index of the active object.
 * @property {number} current Index of the keypoint that is next or selected.
 */

/** @returns {Annotations} A single blank object. */
export function blank(className, numKeypoints) {
  const none = { objects: [], active: 0, current: 0 };
  return addObject(none, className, numKeypoints);
}

/** @returns {Annotations} With another object, which becomes the active one. */
export function addObject(all, className, numKeypoints) {
  const id = 1 + Math.max(0, ...all.objects.map((o) => o.id));
  const points = Array(numKeypoints).fill(null);
  const added = { id, className, box: null, boxless: false, points };
  return {
    objects: [...all.objects, added], active: all.objects.length, current: 0,
  };
}

/**
 * @param {?string} className Of a blank object, which replaces the last one.
 * @returns {Annotations} Without an object.
 */
export function removeObject(all, index, className) {
  const numKeypoints = all.objects[index].points.length;
  const objects = all.objects.filter((_, i) => i !== index);
  if (!objects.length) return blank(className, numKeypoints);
  if (index !== all.active) {
    return { ...all, objects, active: objects.indexOf(activeObject(all)) };
  }
  const active = Math.min(index, objects.length - 1);
  return { objects, active, current: firstOpen(objects[active].points) };
}

/**
 * Looks at an object, if it is there, and at one of its keypoints, or at the
 * first open one if that keypoint is annotated.
 * @param {number} id Of the object.
 * @param {number} keypoint Index.
 * @returns {Annotations}
 */
export function lookAt(all, id, keypoint) {
  const active = all.objects.findIndex((object) => object.id === id);
  if (active < 0) return all;
  const { points } = all.objects[active];
  const current = points[keypoint] ? firstOpen(points) : keypoint;
  return { ...all, active, current };
}

/** @returns {Annotated} The active object. */
export function activeObject(all) {
  return all.objects[all.active];
}

/**
 * What to do next with the active object.
 * @returns {"box" | "points" | "class" | "done"}
 */
export function phase(all) {
  return phaseOf(activeObject(all));
}

/**
 * What to do next with an object.
 * @returns {"box" | "points" | "class" | "done"}
 */
export function phaseOf({ box, boxless, points, className }) {
  if (!box && !boxless) return "box";
  if (points.includes(null)) return "points";
  return className ? "done" : "class";
}

/** @returns {Annotations} With fields of the active object replaced. */
export function change(all, fields) {
  const objects = all.objects.map((object, i) => (
    i === all.active ? { ...object, ...fields } : object));
  return { ...all, objects };
}

/** @returns {Annotations} With a point of the active object replaced. */
export function setPoint(all, index, point) {
  const points = activeObject(all).points.with(index, point);
  return change(all, { points });
}

/** @returns {Annotations} The same, and on to the next open keypoint. */
export function decide(all, index, point) {
  const next = setPoint(all, index, point);
  return { ...next, current: nextOpen(activeObject(next).points, index) };
}

/**
 * The active object with its left and right exchanged.
 * @param {number[]} mirror See `Category`.
 * @param {?number} only A keypoint: exchanges only this one and its partner.
 * @returns {Annotations}
 */
export function swapSides(all, mirror, only = null) {
  const { points } = activeObject(all);
  const isMeant = (i) => only === null || i === only || mirror[i] === only;
  const swapped = points.map((p, i) => (isMeant(i) ? points[mirror[i]] : p));
  return change(all, { points: swapped });
}

/** @returns {number[][]} K rows of x, y, v; absent if not annotated yet. */
export function rows(object) {
  return object.points.map((point) => point ?? [0, 0, 0]);
}

/** @returns {boolean} Whether an object has enough keypoints to predict. */
export function isTelling(object) {
  return object.points.filter((point) => point?.[2] > 0).length >= 2;
}

/** @returns {boolean} Whether an object has parts to export. */
export function hasParts(object) {
  return Boolean(object.shape) || isTelling(object);
}

/** @returns {?number[]} The box of an object, or else of its keypoints. */
export function extentOf({ box, points }) {
  const placed = points.filter((point) => point?.[2] > 0);
  if (box || !placed.length) return box;
  const [x, y] = [0, 1].map((axis) => placed.map((point) => point[axis]));
  return [
    Math.min(...x), Math.min(...y), Math.max(...x) + 1, Math.max(...y) + 1];
}

/** @returns {boolean} Whether an object has neither a box nor a place. */
export function isEmpty({ box, points }) {
  return !box && !points.some((point) => point?.[2] > 0);
}

/** @returns {number} The first keypoint not annotated yet, or 0. */
export function firstOpen(points) {
  return Math.max(0, points.indexOf(null));
}

function nextOpen(points, after) {
  const next = points.indexOf(null, after + 1);
  return next >= 0 ? next : points.includes(null) ? firstOpen(points) : after;
}

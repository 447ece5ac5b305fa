/**
 * The annotations of a photo. Values are immutable: each function returns new
 * ones, so that undo can return to any state.
 */

/**
 * @typedef {[number, number, number]} Point x, y, v; v is 0 if absent, 1 if
 *     hidden, 2 if seen.
 * @typedef {object} Annotated One object of the photo.
 * @property {number} id
 * @property {string} className
 * @property {?number[]} box xmin, ymin, xmax, ymax; null without one.
 * @property {boolean} boxless Whether it goes without a box.
 * @property {(?Point)[]} points K; null if not annotated yet.
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

/** @returns {Annotations} Without an object; a blank one replaces the last. */
export function removeObject(all, index) {
  const gone = all.objects[index];
  const objects = all.objects.filter((_, i) => i !== index);
  if (!objects.length) return blank(gone.className, gone.points.length);
  const active = Math.min(all.active, objects.length - 1);
  return { objects, active, current: firstOpen(objects[active].points) };
}

/** @returns {Annotated} The active object. */
export function activeObject(all) {
  return all.objects[all.active];
}

/**
 * What to do next with the active object.
 * @returns {"box" | "points" | "done"}
 */
export function phase(all) {
  const { box, boxless, points } = activeObject(all);
  if (!box && !boxless) return "box";
  return points.includes(null) ? "points" : "done";
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

/** @returns {number} The first keypoint not annotated yet, or 0. */
export function firstOpen(points) {
  return Math.max(0, points.indexOf(null));
}

function nextOpen(points, after) {
  const next = points.indexOf(null, after + 1);
  return next >= 0 ? next : points.includes(null) ? firstOpen(points) : after;
}

/**
 * What a person has said about a photo. Values are never changed: each function
 * returns new ones, so that any state can be returned to.
 */

/**
 * @typedef {[number, number, number]} Point x, y, v; v is 0 where absent, 1
 *     hidden, 2 seen.
 * @typedef {object} Annotated One object of the photo.
 * @property {number} id
 * @property {string} className
 * @property {?number[]} box xmin, ymin, xmax, ymax; null if none is drawn.
 * @property {boolean} boxless Whether it shall go without a box.
 * @property {(?Point)[]} points K; null where nothing was said yet.
 *
 * @typedef {object} Annotations
 * @property {Annotated[]} objects
 * @property {number} active Index of the object that is worked on.
 * @property {number} current Index of the keypoint that is next or selected.
 */

/** @returns {Annotations} One object of which nothing is said. */
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

/** @returns {Annotated} The object that is worked on. */
export function activeObject(all) {
  return all.objects[all.active];
}

/**
 * What is to be done next to the active object.
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
 * @param {?number} only A keypoint: exchange but this one and its partner.
 * @returns {Annotations}
 */
export function swapSides(all, mirror, only = null) {
  const { points } = activeObject(all);
  const isMeant = (i) => only === null || i === only || mirror[i] === only;
  const swapped = points.map((p, i) => (isMeant(i) ? points[mirror[i]] : p));
  return change(all, { points: swapped });
}

/** @returns {number[][]} K rows of x, y, v; absent where nothing was said. */
export function rows(object) {
  return object.points.map((point) => point ?? [0, 0, 0]);
}

/** @returns {boolean} Whether the model can be asked about an object. */
export function isTelling(object) {
  return object.points.filter((point) => point?.[2] > 0).length >= 2;
}

/** @returns {number} The first keypoint of which nothing was said, or 0. */
export function firstOpen(points) {
  return Math.max(0, points.indexOf(null));
}

function nextOpen(points, after) {
  const next = points.indexOf(null, after + 1);
  return next >= 0 ? next : points.includes(null) ? firstOpen(points) : after;
}

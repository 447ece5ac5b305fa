/** What a model suggests for an object, and what somebody accepts of it. */

import {
  activeObject, change, decide, firstOpen,
} from "./annotations.mjs";

/**
 * @param {import("./annotations.mjs").Annotated} object
 * @returns {?number[]} The box that is suggested, if there is none yet.
 */
export function suggestedBox({ box, boxless, suggested }) {
  return box || boxless ? null : suggested?.box ?? null;
}

/** @returns {(?import("./annotations.mjs").Point)[]} Of the open keypoints. */
export function suggestedPoints({ points, suggested }) {
  return points.map((point, k) => (
    point ? null : suggested?.points[k] ?? null));
}

/**
 * @param {import("./annotations.mjs").Annotations} all
 * @returns {?import("./annotations.mjs").Annotations} With the box or else the
 *     current keypoint accepted; null if nothing is suggested there.
 */
export function acceptNext(all) {
  const object = activeObject(all);
  const box = suggestedBox(object);
  if (box) return change(all, { box });
  const point = suggestedPoints(object)[all.current];
  return point && decide(all, all.current, point);
}

/** @returns {?import("./annotations.mjs").Annotations} All of it, or null. */
export function acceptAll(all) {
  const object = activeObject(all);
  const open = suggestedPoints(object);
  const box = suggestedBox(object);
  if (!box && !open.some(Boolean)) return null;
  const points = object.points.map((point, k) => point ?? open[k]);
  const boxless = object.boxless || !(object.box ?? box);
  const next = change(
    all, { box: object.box ?? box, boxless, points, suggested: null });
  return { ...next, current: firstOpen(points) };
}

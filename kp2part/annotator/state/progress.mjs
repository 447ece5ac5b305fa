/** How far the work on a photo is. */

import { isEmpty, phaseOf } from "./annotations.mjs";

/** @typedef {"untouched" | "keypoints" | "done"} Progress */

/**
 * @param {import("./annotations.mjs").Annotated[]} objects Of one photo.
 * @returns {Progress} "done" if nothing is missing on any object; an empty
 *     object beside others is one that somebody has not begun.
 */
export function progressOf(objects) {
  if (!objects.some(hasWork)) return "untouched";
  const begun = objects.filter((object) => hasWork(object));
  const isDone = begun.every(
    (object) => !isEmpty(object) && phaseOf(object) === "done");
  return isDone ? "done" : "keypoints";
}

/** @returns {boolean} Whether there is anything of an object to lose. */
export function hasWork({ box, points, suggested }) {
  return Boolean(box || suggested) || points.some((point) => point);
}

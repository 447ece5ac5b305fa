/** The parts of objects, at the photo's own size. */

import { hasParts } from "../state/annotations.mjs";
import { labelsOf, resized } from "../state/shape.mjs";
import { predict } from "./client.mjs";

/**
 * @param {string} model
 * @param {{width: number, height: number, whole: () => Promise<object>}} photo
 * @param {import("../state/annotations.mjs").Annotated[]} objects
 * @returns {Promise<Map<number, {labels: Uint8Array, box: ?number[]}>>} By
 *     object id, in pixels of the photo: the shapes that somebody corrected,
 *     and the predictions of the others; without objects of too few keypoints.
 */
export async function predictWhole(model, photo, objects) {
  const found = new Map();
  for (const object of objects.filter(hasParts)) {
    found.set(object.id, object.shape
      ? { labels: labelsOf(object.shape), box: object.shape.box }
      : await predictOne(model, photo, object));
  }
  return found;
}

/**
 * @returns {Promise<{labels: Uint8Array, box: number[]}>} The prediction of an
 *     object, in pixels of the photo.
 */
export async function predictOne(model, photo, object) {
  const image = await photo.whole();
  const parts = await predict(model, object, image);
  const { labels } = resized(parts, photo);
  return { labels, box: parts.box.map((edge) => edge / image.scale) };
}

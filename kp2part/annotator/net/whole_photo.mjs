/** The parts of all objects of a photo, at the photo's own size. */

import { isTelling } from "../state/annotations.mjs";
import { predict } from "./client.mjs";

/**
 * @param {string} model
 * @param {{whole: () => Promise<object>}} photo See `predict`.
 * @param {import("../state/annotations.mjs").Annotated[]} objects
 * @returns {Promise<Map<number, import("./client.mjs").Parts>>} By object id;
 *     without objects that have too few keypoints.
 */
export async function predictWhole(model, photo, objects) {
  const image = await photo.whole();
  const predictions = new Map();
  for (const object of objects.filter(isTelling)) {
    predictions.set(object.id, await predict(model, object, image));
  }
  return predictions;
}

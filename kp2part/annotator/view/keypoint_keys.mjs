/** A key for each keypoint: those that mean nothing else. */

const FREE = "123456789qwrtuigjlcv";

/**
 * @param {number} index Of a keypoint.
 * @returns {string} Its key as it is written; "" if there are too many.
 */
export function keyOf(index) {
  const letters = [...FREE].filter((key) => key > "9");
  const more = letters[index - FREE.length];
  return FREE[index]?.toUpperCase() ?? (more ? `⇧${more.toUpperCase()}` : "");
}

/**
 * @param {string} name Of a key that is pressed, in lower case.
 * @param {boolean} shiftKey
 * @param {number} count Of the keypoints.
 * @returns {number} Index of the keypoint that it means; -1 if of none.
 */
export function keypointOf(name, shiftKey, count) {
  const shown = (shiftKey ? "⇧" : "") + name.toUpperCase();
  return Array.from({ length: count }, (_, k) => keyOf(k)).indexOf(shown);
}

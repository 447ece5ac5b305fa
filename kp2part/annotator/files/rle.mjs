/** COCO's uncompressed run lengths: by columns, zeros first. */

import * as check from "./coco_check.mjs";

/**
 * @param {ArrayLike<number>} labels By rows, width * height.
 * @param {(label: number) => boolean} isIn Whether a label is inside.
 * @returns {{size: [number, number], counts: number[]}} (height, width).
 */
export function encode(labels, width, height, isIn) {
  const counts = [];
  let [inside, run] = [false, 0];
  for (let x = 0; x < width; x++) {
    for (let i = x; i < width * height; i += width) {
      if (isIn(labels[i]) !== inside) {
        counts.push(run);
        [inside, run] = [!inside, 0];
      }
      run++;
    }
  }
  counts.push(run);
  return { size: [height, width], counts };
}

/** @returns {number} The number of pixels inside. */
export function area({ counts }) {
  return counts.reduce((sum, run, i) => sum + (i % 2 ? run : 0), 0);
}

/**
 * @param {any} runs From a file.
 * @param {{width: number, height: number}} photo
 * @param {string} where Names the annotation in messages.
 * @param {(pixel: number) => void} onPixel With the index, by rows, of each
 *     pixel inside.
 * @throws {Error} It is not a mask of the photo in this form.
 */
export function decode(runs, { width, height }, where, onPixel) {
  const { size, counts } = runs ?? {};
  check.requireNumbers(size, 2, `${where}: segmentation.size`);
  if (size[0] !== height || size[1] !== width) {
    throw new Error(
      `${where}: segmentation.size must be that of the photo, ${height}, ` +
      `${width}. It is ${size.join(", ")}.`);
  }
  const isRuns = Array.isArray(counts)
    && counts.every((run) => Number.isInteger(run) && run >= 0);
  const total = isRuns ? counts.reduce((sum, run) => sum + run, 0) : NaN;
  if (total !== width * height) {
    throw new Error(
      `${where}: segmentation.counts must be a list of run lengths with the ` +
      `sum ${width * height}. It is ${check.show(counts)}.`);
  }
  let at = 0;
  counts.forEach((run, i) => {
    for (const end = at + run; at < end; at++) {
      if (i % 2) onPixel((at % height) * width + Math.floor(at / height));
    }
  });
}

/** COCO's uncompressed run lengths: by columns, zeros first. */

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

/**
 * The shape of an object's parts as somebody has corrected it: a label for each
 * pixel of the photo, as run lengths. It is kept with the keypoints and the box
 * for which it was made, so that a change of these is noticed.
 */

/**
 * @typedef {object} Shape
 * @property {number} width Of the photo, as `height`.
 * @property {number} height
 * @property {number[]} runs Label, length, label, length...; by rows.
 * @property {?number[]} box That the prediction was of.
 * @property {string} of The keypoints and the box that it belongs to.
 */

/**
 * @param {Uint8Array} labels By rows, width * height.
 * @returns {number[]}
 */
export function runsOf(labels) {
  const runs = [];
  for (let begin = 0, end; begin < labels.length; begin = end) {
    const label = labels[begin];
    for (end = begin + 1; end < labels.length && labels[end] === label;) end++;
    runs.push(label, end - begin);
  }
  return runs;
}

/** @param {Shape} shape @returns {Uint8Array} Labels by rows. */
export function labelsOf({ width, height, runs }) {
  const labels = new Uint8Array(width * height);
  let at = 0;
  for (let i = 0; i < runs.length; i += 2) {
    labels.fill(runs[i], at, at += runs[i + 1]);
  }
  return labels;
}

/**
 * Takes the nearest pixel for each pixel of another size.
 * @param {{labels: Uint8Array, width: number, height: number}} map
 * @param {{width: number, height: number}} size
 * @returns {{labels: Uint8Array, width: number, height: number}}
 */
export function resized(map, { width, height }) {
  if (map.width === width && map.height === height) return map;
  const labels = new Uint8Array(width * height);
  const columns = Uint32Array.from({ length: width }, (_, x) => (
    Math.floor((x + 0.5) * map.width / width)));
  for (let y = 0; y < height; y++) {
    const row = map.width * Math.floor((y + 0.5) * map.height / height);
    for (let x = 0; x < width; x++) {
      labels[y * width + x] = map.labels[row + columns[x]];
    }
  }
  return { labels, width, height };
}

/** @returns {string} What a shape of an object is of. */
export function ownerOf({ points, box }) {
  return JSON.stringify([points, box]);
}

/** @returns {boolean} Whether an object has changed since its correction. */
export function isStale(object) {
  return Boolean(object.shape) && object.shape.of !== ownerOf(object);
}

/** Paints label maps: each part in its color, with pattern and outline. */

/**
 * Which pixels of a part carry its pattern, for people who are color-blind.
 * Coordinates are in units of the pattern's period; the first part is plain.
 */
const PATTERNS = [
  () => false,
  (x, y) => fraction(x + y) < 0.28,
  (x, y) => fraction(y) < 0.28,
  (x, y) => Math.hypot(fraction(x) - 0.5, fraction(y) - 0.5) < 0.27,
  (x, y) => fraction(x - y) < 0.28,
  (x) => fraction(x) < 0.28,
  (x, y) => fraction(x + y) < 0.16 || fraction(x - y) < 0.16,
];
const OUTLINE = [255, 255, 255];

/**
 * Merges the objects of a photo; later ones are on top.
 * @param {Uint8Array[]} maps Labels by rows, of equal size.
 * @param {number} length The number of pixels.
 * @returns {Uint16Array} Part ids, plus 256 times the number of the map.
 */
export function compose(maps, length) {
  const composed = new Uint16Array(length);
  maps.forEach((labels, owner) => {
    for (let i = 0; i < length; i++) {
      if (labels[i]) composed[i] = (owner << 8) | labels[i];
    }
  });
  return composed;
}

/**
 * Paints composed labels.
 * @param {Uint16Array} composed From `compose`.
 * @param {number} width In pixels.
 * @param {[number, number, number][]} colors Of the parts, 0 to 255.
 * @param {object} how
 * @param {boolean[]} how.shown Whether to show each part.
 * @param {number} how.opacity In [0, 1]; outlines are opaque, or absent at 0.
 * @param {number} how.period Of the patterns, in pixels.
 * @param {number} how.line Width of the outlines, in pixels.
 * @returns {Uint8ClampedArray} RGBA by rows.
 */
export function paint(composed, width, colors, how) {
  const { shown, opacity, period, line } = how;
  const pixels = new Uint8ClampedArray(composed.length * 4);
  if (!opacity) return pixels;
  // One number per pixel, not four bytes: this runs while dragging.
  const words = new Uint32Array(pixels.buffer);
  const plain = colors.map((color) => word(color, opacity));
  const inks = colors.map((c) => word(ink(c), 1 - (1 - opacity) ** 2));
  const outline = word(OUTLINE, 1);
  for (let i = 0; i < composed.length; i++) {
    const part = composed[i] & 255;
    if (!part || !shown[part]) continue;
    const [x, y] = [i % width, Math.floor(i / width)];
    const pattern = PATTERNS[(part - 1) % PATTERNS.length];
    if (isEdge(composed, i, x, width, line)) words[i] = outline;
    else words[i] = (pattern(x / period, y / period) ? inks : plain)[part];
  }
  return pixels;
}

function isEdge(composed, i, x, width, line) {
  const here = composed[i];
  return (x >= line && composed[i - line] !== here)
    || (x + line < width && composed[i + line] !== here)
    || (i >= line * width && composed[i - line * width] !== here)
    || (i + line * width < composed.length
      && composed[i + line * width] !== here);
}

/**
 * Finds where to write the names of the parts.
 * @returns {{part: number, x: number, y: number}[]} Places in pixels, one
 *     for each large enough part of each object: inside it, near its middle.
 */
export function namePlaces(composed, width, leastArea) {
  const runs = new Map();
  for (const run of runsOf(composed, width)) {
    if (!runs.has(run.key)) runs.set(run.key, []);
    runs.get(run.key).push(run);
  }
  return [...runs].flatMap(([key, ofPart]) => {
    const total = (value) => ofPart.reduce(
      (sum, run) => sum + run.length * value(run), 0);
    const area = total(() => 1);
    if (area < leastArea) return [];
    const middle = { x: total((r) => r.x) / area, y: total((r) => r.y) / area };
    return [{ part: key & 255, ...widestNear(ofPart, middle) }];
  });
}

/** Horizontal runs of pixels of one part of one object. */
function runsOf(composed, width) {
  const runs = [];
  for (let begin = 0, end; begin < composed.length; begin = end) {
    const key = composed[begin];
    const x = begin % width;
    const rowEnd = begin - x + width;
    for (end = begin + 1; end < rowEnd && composed[end] === key;) end++;
    const length = end - begin;
    if (key & 255) {
      runs.push({
        key, length, x: x + (length - 1) / 2, y: (begin - x) / width });
    }
  }
  return runs;
}

/** The middle of a run that is both long and near a place. */
function widestNear(runs, { x, y }) {
  const score = (run) => run.length / 2 - Math.hypot(run.x - x, run.y - y);
  const best = runs.reduce((a, b) => (score(b) > score(a) ? b : a));
  return { x: best.x, y: best.y };
}

function word(color, opacity) {
  const bytes = Uint8ClampedArray.from([...color, 255 * opacity]);
  return new Uint32Array(bytes.buffer)[0];
}

function fraction(value) {
  return value - Math.floor(value);
}

function ink([r, g, b]) {
  const isBright = 0.3 * r + 0.6 * g + 0.1 * b > 110;
  return [r, g, b].map((c) => (isBright ? 0.45 * c : c + 0.6 * (255 - c)));
}

/** Label maps as pictures: each part in its colour, pattern and outline. */

/**
 * Which pixels of a part carry its pattern, for those who do not see colours.
 * Of places in units of the pattern's period; the first part stays plain.
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
const OUTLINE = [255, 255, 255, 255];

/**
 * Puts the objects of a photo together; later ones lie on top.
 * @param {Uint8Array[]} maps Labels by rows, of equal size.
 * @param {number} length How many pixels.
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
 * @param {Uint16Array} composed Of `compose`.
 * @param {number} width In pixels.
 * @param {[number, number, number][]} colours Of the parts, 0 to 255.
 * @param {object} how
 * @param {boolean[]} how.shown Which parts.
 * @param {number} how.opacity In [0, 1]; outlines are opaque, or absent at 0.
 * @param {number} how.period Of the patterns, in pixels.
 * @param {number} how.line Width of the outlines, in pixels.
 * @returns {Uint8ClampedArray} RGBA by rows.
 */
export function paint(composed, width, colours, how) {
  const { shown, opacity, period, line } = how;
  const pixels = new Uint8ClampedArray(composed.length * 4);
  if (!opacity) return pixels;
  const inks = colours.map((colour) => ink(colour));
  for (let i = 0; i < composed.length; i++) {
    const part = composed[i] & 255;
    if (!part || !shown[part]) continue;
    const [x, y] = [i % width, Math.floor(i / width)];
    if (isEdge(composed, i, x, width, line)) {
      pixels.set(OUTLINE, 4 * i);
      continue;
    }
    const pattern = PATTERNS[(part - 1) % PATTERNS.length];
    const isInk = pattern(x / period, y / period);
    pixels.set(isInk ? inks[part] : colours[part], 4 * i);
    pixels[4 * i + 3] = 255 * (isInk ? 1 - (1 - opacity) ** 2 : opacity);
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
 * Where to write the names of the parts.
 * @returns {{part: number, x: number, y: number}[]} Places in pixels, for each
 *     part of each object that is large enough: inside it, near its middle.
 */
export function namePlaces(composed, width, leastArea) {
  const sums = new Map();
  composed.forEach((key, i) => {
    if (!(key & 255)) return;
    const sum = sums.get(key) ?? { x: 0, y: 0, n: 0 };
    sum.x += i % width;
    sum.y += Math.floor(i / width);
    sum.n++;
    sums.set(key, sum);
  });
  return [...sums].filter(([, { n }]) => n >= leastArea).map(([key, sum]) => ({
    part: key & 255,
    ...widestNear(composed, width, key, sum.x / sum.n, sum.y / sum.n),
  }));
}

/** The middle of a run of pixels, both long and near to a place. */
function widestNear(composed, width, key, x, y) {
  let best = { score: -Infinity };
  for (let i = 0; i < composed.length; i++) {
    if (composed[i] !== key) continue;
    const begin = i;
    const rowEnd = begin - (begin % width) + width;
    while (i + 1 < rowEnd && composed[i + 1] === key) i++;
    const middle = (begin % width) + (i - begin) / 2;
    const row = Math.floor(begin / width);
    const score = (i - begin + 1) / 2 - Math.hypot(middle - x, row - y);
    if (score > best.score) best = { score, x: middle, y: row };
  }
  return { x: best.x, y: best.y };
}

function fraction(value) {
  return value - Math.floor(value);
}

function ink([r, g, b]) {
  const isBright = 0.3 * r + 0.6 * g + 0.1 * b > 110;
  return [r, g, b].map((c) => (isBright ? 0.45 * c : c + 0.6 * (255 - c)));
}

/** Paints labels with a round brush. */

/**
 * Paints from one place to another, in place.
 * @param {{labels: Uint8Array, width: number, height: number}} map
 * @param {import("./geometry.mjs").Place} from In pixels of the map.
 * @param {import("./geometry.mjs").Place} to
 * @param {number} radius In pixels; the pixel under a place is always painted.
 * @param {(label: number) => number} change Of each pixel.
 */
export function stroke({ labels, width, height }, from, to, radius, change) {
  const inside = (value, length) => Math.min(Math.max(value, 0), length);
  const [left, right] = range(from.x, to.x, radius, width, inside);
  const [top, bottom] = range(from.y, to.y, radius, height, inside);
  const reach = Math.max(radius, Math.SQRT1_2) ** 2;
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      if (distance2(x + 0.5, y + 0.5, from, to) > reach) continue;
      const i = y * width + x;
      labels[i] = change(labels[i]);
    }
  }
}

function range(a, b, radius, length, inside) {
  const reach = radius + 1;
  return [inside(Math.floor(Math.min(a, b) - reach), length),
    inside(Math.ceil(Math.max(a, b) + reach), length)];
}

/** The square of the distance of a point to the line between two places. */
function distance2(x, y, from, to) {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length2 = dx * dx + dy * dy;
  const along = length2
    ? ((x - from.x) * dx + (y - from.y) * dy) / length2 : 0;
  const t = Math.min(Math.max(along, 0), 1);
  return (x - from.x - t * dx) ** 2 + (y - from.y - t * dy) ** 2;
}

/**
 * @param {number} part Id.
 * @param {boolean} isRemoving Whether to take the part away, not to add it.
 * @returns {(label: number) => number} What a brush makes of a label.
 */
export function changeBy(part, isRemoving) {
  return isRemoving ? (label) => (label === part ? 0 : label) : () => part;
}

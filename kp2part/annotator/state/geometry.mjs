/**
 * Coordinates, in kp2part's two conventions: keypoints are (x, y) with the
 * origin at the center of the top-left pixel; boxes and pointer positions have
 * their origin at that pixel's corner.
 */

/**
 * A view of the photo: screen = photo * scale + offset, in CSS pixels.
 * @typedef {{scale: number, x: number, y: number}} View
 * @typedef {{x: number, y: number}} Place
 * @typedef {[number, number, number, number]} Box xmin, ymin, xmax, ymax.
 * @typedef {{width: number, height: number}} Size
 */

const MAX_SCALE = 40;

/** @returns {Place} On the screen, of a place in the photo. */
export function toScreen(view, place) {
  return { x: place.x * view.scale + view.x, y: place.y * view.scale + view.y };
}

/** @returns {Place} In the photo, of a place on the screen. */
export function toPhoto(view, place) {
  return {
    x: (place.x - view.x) / view.scale,
    y: (place.y - view.y) / view.scale,
  };
}

/**
 * Shows the whole photo in the middle.
 * @param {Size} photo
 * @param {Size} stage
 * @param {number} margin Around the photo, in CSS pixels.
 * @returns {View}
 */
export function fit(photo, stage, margin = 24) {
  const scale = Math.max(0.01, Math.min(
    (stage.width - 2 * margin) / photo.width,
    (stage.height - 2 * margin) / photo.height,
  ));
  return {
    scale,
    x: (stage.width - photo.width * scale) / 2,
    y: (stage.height - photo.height * scale) / 2,
  };
}

/** @returns {View} In which a box of the photo fills the stage. */
export function fitBox([xmin, ymin, xmax, ymax], stage, margin) {
  const size = { width: xmax - xmin, height: ymax - ymin };
  const { scale, x, y } = fit(size, stage, margin);
  return { scale, x: x - xmin * scale, y: y - ymin * scale };
}

/**
 * Zooms; the place under `at` stays there.
 * @param {number} least The smallest scale allowed.
 * @returns {View}
 */
export function zoom(view, factor, at, least) {
  const wanted = view.scale * factor;
  const scale = Math.min(Math.max(wanted, least), Math.max(MAX_SCALE, least));
  const under = toPhoto(view, at);
  return { scale, x: at.x - under.x * scale, y: at.y - under.y * scale };
}

/**
 * Moves a view, but never all of the photo off the stage.
 * @returns {View}
 */
export function pan(view, dx, dy, photo, stage, kept = 48) {
  const bound = (value, low, high) => Math.min(Math.max(value, low), high);
  return {
    scale: view.scale,
    x: bound(view.x + dx, kept - photo.width * view.scale, stage.width - kept),
    y: bound(
      view.y + dy, kept - photo.height * view.scale, stage.height - kept),
  };
}

/** @returns {[number, number]} A keypoint's x, y at a place in the photo. */
export function keypointAt(place, photo) {
  const inside = (value, length) => (
    Math.round(Math.min(Math.max(value - 0.5, 0), length - 1) * 10) / 10);
  return [inside(place.x, photo.width), inside(place.y, photo.height)];
}

/** @returns {Place} Where a keypoint is. */
export function placeOf([x, y]) {
  return { x: x + 0.5, y: y + 0.5 };
}

/**
 * Scales keypoints along with their photo.
 * @param {number[][]} points Rows of x, y, v.
 * @returns {number[][]}
 */
export function scaleKeypoints(points, scale) {
  return points.map(([x, y, v]) => (
    v > 0 ? [(x + 0.5) * scale - 0.5, (y + 0.5) * scale - 0.5, v] : [0, 0, 0]));
}

/** @returns {Box} In whole pixels between two places, inside the photo. */
export function boxBetween(a, b, photo) {
  const inside = (value, length) => (
    Math.min(Math.max(Math.round(value), 0), length));
  const [x, y] = [[a.x, b.x], [a.y, b.y]].map((pair, axis) => pair.map(
    (value) => inside(value, axis ? photo.height : photo.width)));
  return [Math.min(...x), Math.min(...y), Math.max(...x), Math.max(...y)];
}

/** @returns {boolean} Whether a box is too large to be accidental. */
export function isBox([xmin, ymin, xmax, ymax]) {
  return xmax - xmin >= 4 && ymax - ymin >= 4;
}

/** @returns {Record<string, Place>} The eight handles of a box. */
export function handles([xmin, ymin, xmax, ymax]) {
  const [x, y] = [(xmin + xmax) / 2, (ymin + ymax) / 2];
  return {
    nw: { x: xmin, y: ymin }, n: { x, y: ymin }, ne: { x: xmax, y: ymin },
    w: { x: xmin, y }, e: { x: xmax, y },
    sw: { x: xmin, y: ymax }, s: { x, y: ymax }, se: { x: xmax, y: ymax },
  };
}

/** @returns {Box} A box after one of its handles is dragged to a place. */
export function resize([xmin, ymin, xmax, ymax], handle, place, photo) {
  const a = {
    x: handle.includes("w") ? place.x : xmin,
    y: handle.includes("n") ? place.y : ymin,
  };
  const b = {
    x: handle.includes("e") ? place.x : xmax,
    y: handle.includes("s") ? place.y : ymax,
  };
  return boxBetween(a, b, photo);
}

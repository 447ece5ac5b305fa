/**
 * Checks that keypoints and a box can be of the photo they come with. They
 * follow kp2part's other readers: what the page takes, `build` takes.
 */

const TOLERANCE = 0.05; // Of the longer side: people click a little outside.
const BOX_MARGIN = 0.25; // Of the sides of a box.
const FEW_PIXELS = 2; // An object that is no larger is none.
const PERCENT = 100;
const MIN_EXTENT = 25; // In percent: an object that is worth annotating.

/**
 * @typedef {{width: number, height: number}} Size Of the photo, in pixels.
 * @typedef {[number, number]} Place x, y.
 */

/**
 * @param {{place: Place, name: string}[]} placed Keypoints.
 * @param {?number[]} box xmin, ymin, xmax, ymax.
 * @param {Size} photo
 * @param {string} where Names the object in messages.
 * @throws {Error} They cannot be of this photo; the message says why.
 */
export function checkKeypoints(placed, box, photo, where) {
  const places = placed.map(({ place }) => place);
  const outside = placed.find(({ place }) => !isInside(place, photo));
  if (outside) {
    throw new Error(
      `${where}: keypoints must be in the photo, ${sizeOf(photo)}. ` +
      `${outside.name} is at ${outside.place.join(", ")}: ` +
      `${whyOutside(places, (place) => isInside(place, photo))}?`);
  }
  checkExtent(places, photo, where);
  if (box) checkInBox(places, box, photo, where);
  else checkPercent(places, photo, where);
}

/** @throws {Error} A box cannot be of this photo. */
export function checkBox([xmin, ymin, xmax, ymax], photo, where) {
  const corners = [[xmin, ymin], [xmax - 1, ymax - 1]];
  if (corners.every((corner) => isInside(corner, photo))) return;
  throw new Error(
    `${where}: bbox must be in the photo, ${sizeOf(photo)}. It goes from ` +
    `${xmin}, ${ymin} to ${xmax}, ${ymax}: ` +
    `${whyOutside(corners, (corner) => isInside(corner, photo))}?`);
}

/** @returns {string} */
export function sizeOf({ width, height }) {
  return `${width} × ${height} pixels`;
}

function isInside([x, y], { width, height }) {
  const margin = TOLERANCE * Math.max(width, height);
  return x >= -margin && y >= -margin
    && x <= width - 1 + margin && y <= height - 1 + margin;
}

function whyOutside(places, isIn) {
  const isSwapped = places.every(([x, y]) => isIn([y, x]));
  return isSwapped ? "is y before x"
    : "is it of a copy of another size, or of the photo before it was turned";
}

function extents(places) {
  return [0, 1].map((axis) => {
    const values = places.map((place) => place[axis]);
    return Math.max(...values) - Math.min(...values);
  });
}

function areIn(places, high) {
  return places.flat().every((value) => value >= 0 && value <= high);
}

function checkExtent(places, { width, height }, where) {
  const extent = Math.max(...extents(places));
  const isTiny = Math.max(width, height) <= FEW_PIXELS;
  if (places.length < 3 || extent > FEW_PIXELS || isTiny) return;
  const why = areIn(places, 1) ? " Are they fractions of its sides?" : "";
  throw new Error(
    `${where}: keypoints must be pixels of the photo. All are within ` +
    `${FEW_PIXELS} pixels.${why}`);
}

function checkPercent(places, photo, where) {
  const isLarge = Math.min(photo.width, photo.height) > 2 * PERCENT;
  const isWide = Math.min(...extents(places)) >= MIN_EXTENT;
  const looksSo = places.length >= 3 && isLarge && isWide;
  if (!looksSo || !areIn(places, PERCENT)) return;
  throw new Error(
    `${where}: keypoints must be pixels of the photo, ${sizeOf(photo)}. All ` +
    `are in 0 to ${PERCENT}: are they percent? If not, give a bbox as well.`);
}

function checkInBox(places, box, photo, where) {
  const isIn = (place) => [0, 1].every((axis) => {
    const [low, high] = [box[axis], box[axis + 2]];
    const margin = BOX_MARGIN * (high - low) + FEW_PIXELS;
    return place[axis] >= low - margin && place[axis] <= high + margin;
  });
  if (!places.length || places.some(isIn)) return;
  const isSmall = areIn(places, PERCENT)
    && PERCENT < Math.min(photo.width, photo.height);
  const why = isSmall ? "are they percent of the photo's sides"
    : whyOutside(places, isIn);
  throw new Error(
    `${where}: keypoints must be in their bbox, from ${box[0]}, ${box[1]} to ` +
    `${box[2]}, ${box[3]}. None is; the first is at ${places[0].join(", ")}: ` +
    `${why}?`);
}

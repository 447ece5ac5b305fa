/** Pictures of the browser: loaded, turned, drawn into files. */

const MAX_EXACT_PIXELS = 3_500_000; // As PNG; these fit a request for sure.
const JPEG_QUALITY = 0.95;
/** By orientation: the matrix that turns the unit square upright. */
const TURNS = {
  1: [1, 0, 0, 1, 0, 0], 2: [-1, 0, 0, 1, 1, 0], 3: [-1, 0, 0, -1, 1, 1],
  4: [1, 0, 0, -1, 0, 1], 5: [0, 1, 1, 0, 0, 0], 6: [0, 1, -1, 0, 1, 0],
  7: [0, -1, -1, 0, 1, 1], 8: [0, -1, 1, 0, 0, 1],
};

/**
 * @param {Blob} file
 * @returns {Promise<HTMLImageElement>}
 * @throws {Error} The browser cannot read it.
 */
export async function load(file) {
  const image = new Image();
  image.src = URL.createObjectURL(file);
  try {
    await new Promise((resolve, reject) => {
      image.onload = resolve;
      image.onerror = reject;
    });
    if (!image.naturalWidth) throw new Error("The picture has no size.");
    return image;
  } catch (error) {
    free(image);
    throw error;
  }
}

/** Frees the browser's memory of a loaded picture. */
export function free(image) {
  URL.revokeObjectURL(image.src);
}

/**
 * Draws a picture on white, turned upright.
 * @param {HTMLImageElement} image Its pixels as they are stored.
 * @param {number} orientation 1 to 8, see EXIF.
 * @param {number} scale Of the copy, at most 1.
 * @returns {Promise<Blob>} PNG, or JPEG if it is large.
 */
export function redraw(image, orientation = 1, scale = 1) {
  const [width, height] = [image.naturalWidth, image.naturalHeight].map(
    (side) => (scale < 1 ? Math.floor(side * scale) : side));
  const isExact = width * height <= MAX_EXACT_PIXELS;
  const size = orientation < 5 ? [width, height] : [height, width];
  return encode(image, size, TURNS[orientation], isExact ? "png" : "jpeg");
}

/** @returns {Promise<Blob>} A JPEG of another size: width, height. */
export function reduce(image, size) {
  return encode(image, size, TURNS[1], "jpeg");
}

function encode(image, [width, height], [a, b, c, d, e, f], format) {
  const canvas = Object.assign(
    document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d", { alpha: false });
  context.fillStyle = "white"; // What is transparent shows it.
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = "high";
  // The matrix maps a square of side 1; the canvas is larger.
  const [across, down] = a ? [width, height] : [height, width];
  context.setTransform(
    a, b, c, d, e * width, f * height);
  context.drawImage(image, 0, 0, across, down);
  return new Promise((resolve, reject) => canvas.toBlob(
    (blob) => (blob ? resolve(blob) : reject(new Error(
      "The browser has too little memory for this photo."))),
    `image/${format}`, JPEG_QUALITY));
}

/** @returns {Promise<string>} The bytes of a file as base64. */
export async function base64(blob) {
  const reader = new FileReader();
  await new Promise((resolve, reject) => {
    reader.onload = resolve;
    reader.onerror = reject;
    reader.readAsDataURL(blob);
  });
  return reader.result.slice(reader.result.indexOf(",") + 1);
}

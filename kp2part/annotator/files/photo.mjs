/**
 * The open photo: upright. The page shows the very file that it sends, without
 * transparency and without tags that turn it, so the parts fit what is seen.
 */

import * as picture from "./picture.mjs";
import { readStored } from "./stored.mjs";

const MAX_BYTES = 256 * 2 ** 20;
const MAX_PIXELS = 120_000_000; // Decoded, these take half a gigabyte.
const MAX_SENT_PIXELS = 40_000_000; // The model refuses larger photos.
const MAX_SENT_BYTES = 11 * 2 ** 20; // 16 MiB as base64 in a request.
const LIVE_SIDE = 1024; // Longest side of the copy that is sent while dragging.

/**
 * @typedef {object} Sent A photo, ready to be sent.
 * @property {string} base64
 * @property {number} scale Its size, as a fraction of the photo's.
 * @property {number} width In pixels.
 * @property {number} height
 */

/** A photo and its pixels, upright and opaque. */
export class Photo {
  #reduced = null;

  /**
   * @param {string} name Of the file that was opened, with its folders.
   * @param {Blob} sent JPEG or PNG, of which `image` is made.
   * @param {HTMLImageElement} image Loaded.
   * @param {?string} copyName Of `sent` as a file; null if it is the file that
   *     was opened, but for its tags, or if it is smaller than that.
   * @param {{width: number, height: number}} size Of the file that was opened,
   *     upright: annotations have its coordinates.
   */
  constructor(name, sent, image, copyName, size) {
    Object.assign(this, { name, sent, image, copyName });
    this.width = size.width;
    this.height = size.height;
  }

  /** @returns {number} Size of what is shown and sent, as a fraction. */
  get scale() {
    return this.image.naturalWidth / this.width;
  }

  /** @returns {{width: number, height: number}} Of the small copy. */
  get liveSize() {
    const scale = Math.min(1, LIVE_SIDE / Math.max(this.width, this.height));
    const [width, height] = [this.width, this.height].map(
      (side) => Math.round(side * scale));
    return { width, height };
  }

  /** @returns {Promise<Sent>} A small copy, to send often. */
  live() {
    this.#reduced ??= this.#reduce();
    return this.#reduced;
  }

  /** @returns {Promise<Sent>} The whole photo. */
  async whole() {
    const { naturalWidth: width, naturalHeight: height } = this.image;
    const base64 = await picture.base64(this.sent);
    return { base64, scale: this.scale, width, height };
  }

  /** Frees the browser's memory. */
  close() {
    picture.free(this.image);
  }

  async #reduce() {
    const { image, liveSize: { width, height } } = this;
    if (width === this.width && height === this.height) return this.whole();
    const scale = LIVE_SIDE / Math.max(this.width, this.height);
    const base64 = await picture.base64(
      await picture.reduce(image, [width, height]));
    return { base64, scale, width, height };
  }
}

/**
 * Opens a photo in any format that the browser can read.
 * @param {File} file
 * @param {string} name With its folders.
 * @returns {Promise<Photo>}
 * @throws {Error} It is not a photo, or too large; the message says which.
 */
export async function openPhoto(file, name = file.name) {
  if (file.size > MAX_BYTES) {
    throw new Error(
      `${name} has ${Math.round(file.size / 2 ** 20)} MB; at most ` +
      `${MAX_BYTES / 2 ** 20} MB can be opened.`);
  }
  const stored = readStored(await file.arrayBuffer());
  const plain = stored ? withoutTags(file, stored) : file;
  const image = await load(plain, name);
  const turn = stored?.orientation ?? 1;
  const size = uprightSize(image, turn);
  const isLarge = size.width * size.height > MAX_SENT_PIXELS;
  const isPlain = stored?.isWhole && turn === 1 && !isLarge;
  if (isPlain && plain.size <= MAX_SENT_BYTES) {
    return new Photo(name, plain, image, null, size);
  }
  try {
    const scale = isLarge
      ? Math.sqrt(MAX_SENT_PIXELS / (size.width * size.height)) : 1;
    const sent = await picture.redraw(image, turn, scale);
    const isSame = (stored && turn === 1) || isLarge;
    const copyName = isSame ? null : nameOfCopy(file, sent);
    return new Photo(name, sent, await load(sent, name), copyName, size);
  } finally {
    picture.free(image);
  }
}

/** The size of a picture once it is turned. */
function uprightSize(image, orientation) {
  const { naturalWidth: width, naturalHeight: height } = image;
  return orientation > 4 ? { width: height, height: width } : { width, height };
}

/**
 * @param {File} file
 * @param {string} name With its folders.
 * @returns {Promise<{width: number, height: number}>} Upright, in pixels.
 * @throws {Error} It cannot be opened.
 */
export async function photoSize(file, name) {
  const stored = readStored(await file.arrayBuffer());
  const image = await load(stored ? withoutTags(file, stored) : file, name);
  picture.free(image);
  return uprightSize(image, stored?.orientation ?? 1);
}

/** The file itself if it has no tags: its bytes stay the same. */
function withoutTags(file, { pieces, type }) {
  const size = pieces.reduce((sum, piece) => sum + piece.length, 0);
  return size === file.size ? file : new Blob(pieces, { type });
}

async function load(blob, name) {
  const image = await picture.load(blob).catch(() => {
    throw new Error(
      `${name || "The file"} cannot be opened: it is not a photo that ` +
      "this browser can read, or it is damaged.");
  });
  const pixels = image.naturalWidth * image.naturalHeight;
  if (pixels <= MAX_PIXELS) return image;
  picture.free(image);
  throw new Error(
    `${name} has ${(pixels / 1e6).toFixed(0)} million pixels; at most ` +
    `${MAX_PIXELS / 1e6} million can be opened. Make it smaller.`);
}

function nameOfCopy(file, { type }) {
  const stem = file.name.replace(/\.[^.]*$/, "");
  const isOther = !/\.(jpe?g|png)$/i.test(file.name);
  const suffix = type === "image/png" ? "png" : "jpg";
  return `${stem}${isOther ? "" : "_upright"}.${suffix}`;
}

/** The open photo: upright, and with a copy small enough to send often. */

import { orientation } from "./exif.mjs";

const MAX_BYTES = 64 * 2 ** 20;
const MAX_PIXELS = 40_000_000; // The model refuses larger photos.
const MAX_SENT_BYTES = 11 * 2 ** 20; // 16 MiB as base64 in a request.
const LIVE_SIDE = 1024; // Longest side of the copy that is sent while dragging.
const JPEG_QUALITY = 0.95;

/** A photo and its pixels, as a browser shows them: upright. */
export class Photo {
  /**
   * @param {Blob} file The file as dropped.
   * @param {string} name Name of the file that annotations belong to.
   * @param {HTMLImageElement} image Loaded.
   * @param {boolean} isAsStored Whether the model, which reads pixels in the
   *     order in which they are stored, sees what the browser shows.
   */
  constructor(file, name, image, isAsStored) {
    Object.assign(this, { file, name, image, isAsStored });
    this.width = image.naturalWidth;
    this.height = image.naturalHeight;
  }

  /** @returns {Promise<{base64: string, scale: number}>} To send often. */
  live() {
    this.reduced ??= this.#reduce();
    return this.reduced;
  }

  /** @returns {Promise<string>} The whole photo as base64. */
  async whole() {
    return base64(await this.upright());
  }

  /** @returns {Promise<Blob>} JPEG or PNG; the file itself if possible. */
  async upright() {
    const isFit = this.isAsStored && this.file.size <= MAX_SENT_BYTES;
    return isFit ? this.file : this.#encode(1);
  }

  /** Frees the browser's memory. */
  close() {
    URL.revokeObjectURL(this.image.src);
  }

  async #reduce() {
    const scale = Math.min(1, LIVE_SIDE / Math.max(this.width, this.height));
    if (scale === 1) return { base64: await this.whole(), scale };
    return { base64: await base64(await this.#encode(scale)), scale };
  }

  #encode(scale) {
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(this.width * scale);
    canvas.height = Math.round(this.height * scale);
    const context = canvas.getContext("2d");
    context.fillStyle = "white"; // JPEG has no transparency.
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.imageSmoothingQuality = "high";
    context.drawImage(this.image, 0, 0, canvas.width, canvas.height);
    return new Promise((resolve, reject) => canvas.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new Error(
        "The browser has too little memory for this photo."))),
      "image/jpeg", JPEG_QUALITY));
  }
}

/**
 * Opens a photo in any format that the browser can read.
 * @param {File} file
 * @returns {Promise<Photo>}
 * @throws {Error} It is not a photo, or too large; the message says which.
 */
export async function openPhoto(file) {
  if (file.size > MAX_BYTES) {
    throw new Error(
      `${file.name} has ${Math.round(file.size / 2 ** 20)} MB; at most ` +
      `${MAX_BYTES / 2 ** 20} MB can be opened.`);
  }
  const image = await load(file);
  const pixels = image.naturalWidth * image.naturalHeight;
  if (pixels > MAX_PIXELS) {
    URL.revokeObjectURL(image.src);
    throw new Error(
      `${file.name} has ${(pixels / 1e6).toFixed(0)} million pixels; the ` +
      `model takes at most ${MAX_PIXELS / 1e6} million. Make it smaller.`);
  }
  const bytes = await file.arrayBuffer();
  const isUpright = orientation(bytes) === 1 && !hasPngExif(bytes);
  const isAsStored = isUpright && isJpegOrPng(bytes);
  const stem = file.name.replace(/\.[^.]*$/, "");
  const rewritten = `${stem}${isUpright ? "" : "_upright"}.jpg`;
  return new Photo(file, isAsStored ? file.name : rewritten, image, isAsStored);
}

async function load(file) {
  const image = new Image();
  image.src = URL.createObjectURL(file);
  try {
    await new Promise((resolve, reject) => {
      image.onload = resolve;
      image.onerror = reject;
    });
    if (!image.naturalWidth) throw new Error("The picture has no size.");
    return image;
  } catch {
    URL.revokeObjectURL(image.src);
    throw new Error(
      `${file.name || "The file"} cannot be opened: it is not a photo that ` +
      "this browser can read, or it is damaged.");
  }
}

function isJpegOrPng(bytes) {
  const [a, b, c, d] = new Uint8Array(bytes, 0, Math.min(4, bytes.byteLength));
  return (a === 0xff && b === 0xd8 && c === 0xff)
    || (a === 0x89 && b === 0x50 && c === 0x4e && d === 0x47);
}

function hasPngExif(bytes) {
  const head = bytes.slice(0, 4096);
  const text = new TextDecoder("latin1").decode(head);
  return text.startsWith("\x89PNG") && text.includes("eXIf");
}

/** @returns {Promise<string>} The bytes of a file as base64. */
async function base64(blob) {
  const reader = new FileReader();
  await new Promise((resolve, reject) => {
    reader.onload = resolve;
    reader.onerror = reject;
    reader.readAsDataURL(blob);
  });
  return reader.result.slice(reader.result.indexOf(",") + 1);
}

/**
 * The pixels of a JPEG or PNG file as every reader sees them: without the tags
 * by which one reader turns, scales or blends them and another does not.
 */

import { orientation } from "./exif.mjs";

const EXIF = [0x45, 0x78, 0x69, 0x66, 0]; // "Exif"; a byte of any value follows.
const END_OF_JPEG = Uint8Array.of(0xff, 0xd9);
const PNG = [137, 80, 78, 71, 13, 10, 26, 10];
// Chunks of PNG that say how pixels look. All others are left out.
const LOOKS = ["IHDR", "PLTE", "IDAT", "IEND", "gAMA", "cHRM", "sRGB", "iCCP",
  "sBIT", "cICP"];
const BLENDED = ["tRNS", "acTL"]; // Transparency, animation.

/**
 * @typedef {object} Stored
 * @property {string} type Of the file.
 * @property {Uint8Array[]} pieces Of the file, without its tags.
 * @property {number} orientation How to turn the pixels, 1 to 8.
 * @property {boolean} isWhole False if the end of a JPEG file was missing; it is
 *     among the pieces, so that a browser shows the last rows.
 */

/**
 * Takes the tags out of a file. The first EXIF block of a file counts.
 * @param {ArrayBuffer} file
 * @returns {?Stored} null unless it is an opaque, still JPEG or PNG.
 */
export function readStored(file) {
  const bytes = new Uint8Array(file);
  if (beginsWith(bytes, PNG)) return readPng(bytes);
  return beginsWith(bytes, [0xff, 0xd8, 0xff]) ? readJpeg(bytes) : null;
}

function readJpeg(bytes) {
  const pieces = [bytes.subarray(0, 2)];
  let exif = null;
  for (let at = 2; at < bytes.length;) {
    if (bytes[at] !== 0xff) return null;
    while (bytes[at + 1] === 0xff) at++; // Fill bytes.
    const marker = bytes[at + 1];
    if (marker === 0xda) { // Pixels begin.
      const isWhole = hasEnd(bytes, at);
      pieces.push(bytes.subarray(at), ...(isWhole ? [] : [END_OF_JPEG]));
      const type = "image/jpeg";
      return { type, pieces, orientation: orientation(exif), isWhole };
    }
    const end = at + 2 + (bytes[at + 2] << 8 | bytes[at + 3]);
    const content = bytes.subarray(at + 4, end);
    if (!(end >= at + 4 && end <= bytes.length)) return null;
    if (isFrame(marker) && ![1, 3].includes(content[5])) return null;
    if (marker !== 0xe1) pieces.push(bytes.subarray(at, end));
    else if (beginsWith(content, EXIF)) exif ??= viewOf(content.subarray(6));
    at = end;
  }
  return null;
}

/** Whether a marker tells the size and the number of channels. */
function isFrame(marker) {
  return marker >= 0xc0 && marker <= 0xcf
    && ![0xc4, 0xc8, 0xcc].includes(marker);
}

function hasEnd(bytes, from) {
  for (let at = bytes.indexOf(0xd9, from); at > 0;) {
    if (bytes[at - 1] === 0xff) return true;
    at = bytes.indexOf(0xd9, at + 1);
  }
  return false;
}

function readPng(bytes) {
  const pieces = [bytes.subarray(0, PNG.length)];
  const view = viewOf(bytes);
  let exif = null;
  for (let at = PNG.length; at + 12 <= bytes.length;) {
    const end = at + 12 + view.getUint32(at);
    if (end > bytes.length) return null;
    const name = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const content = bytes.subarray(at + 8, end - 4);
    const isBlended = name === "IHDR" && (content[9] & 4); // With alpha.
    if (isBlended || BLENDED.includes(name)) return null;
    if (name === "eXIf") exif ??= viewOf(content);
    if (LOOKS.includes(name)) pieces.push(bytes.subarray(at, end));
    if (name === "IEND") {
      const type = "image/png";
      return { type, pieces, orientation: orientation(exif), isWhole: true };
    }
    at = end;
  }
  return null;
}

function beginsWith(bytes, beginning) {
  return beginning.every((value, i) => bytes[i] === value);
}

function viewOf({ buffer, byteOffset, byteLength }) {
  return new DataView(buffer, byteOffset, byteLength);
}

/** Small files with tags, written byte by byte. */

/** @returns {number[]} `length` bytes of a number, the largest first. */
export function bytesOf(value, length) {
  return Array.from(
    { length }, (_, i) => (value >>> (8 * (length - 1 - i))) & 255);
}

const ascii = (text) => [...text].map((c) => c.charCodeAt(0));

/** @returns {number[]} A block of EXIF with an orientation. */
export function tiff(value, { little = true, type = 3, at = 8 } = {}) {
  const number = (v, length) => {
    const bytes = bytesOf(v, length);
    return little ? bytes.reverse() : bytes;
  };
  return [
    ...ascii(little ? "II" : "MM"), ...number(42, 2), ...number(at, 4),
    ...Array(at - 8).fill(0),
    ...number(1, 2), ...number(0x0112, 2), ...number(type, 2), ...number(1, 4),
    ...number(value, type === 3 ? 2 : 4), 0, 0, ...number(0, 4),
  ];
}

/** @returns {number[]} A segment of a JPEG file. */
export function segment(marker, content) {
  return [0xff, marker, ...bytesOf(content.length + 2, 2), ...content];
}

export const exif = (block) => segment(0xe1, [...ascii("Exif\0\0"), ...block]);
export const XMP = segment(0xe1, ascii("http://ns.adobe.com/xap/1.0/\0<x/>"));
export const JFIF = segment(0xe0, ascii("JFIF\0"));

/** @returns {ArrayBuffer} A JPEG file with segments before its pixels. */
export function jpeg(...segments) {
  const frame = segment(0xc0, [8, 0, 2, 0, 3, 1, 1, 0x11, 0]);
  const scan = [...segment(0xda, [1, 1, 0, 0, 63, 0]), 9, 9, 0xff, 0xd9];
  return Uint8Array.from(
    [0xff, 0xd8, ...segments.flat(), ...frame, ...scan]).buffer;
}

/** @returns {number[]} A chunk of a PNG file; nobody looks at the checksum. */
export function chunk(name, content = []) {
  return [
    ...bytesOf(content.length, 4), ...ascii(name), ...content, 0, 0, 0, 0];
}

/** @returns {ArrayBuffer} A PNG file with chunks before its pixels. */
export function png(chunks, colorType = 2, after = []) {
  const header = [...bytesOf(3, 4), ...bytesOf(2, 4), 8, colorType, 0, 0, 0];
  return Uint8Array.from([
    137, 80, 78, 71, 13, 10, 26, 10, ...chunk("IHDR", header),
    ...chunks.flat(), ...chunk("IDAT", [7]), ...after.flat(), ...chunk("IEND"),
  ]).buffer;
}

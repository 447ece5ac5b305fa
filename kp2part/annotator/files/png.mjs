/**
 * Writes 8-bit gray PNG files. A canvas only writes colors, and masks are read
 * as gray levels. See https://www.w3.org/TR/png-3/.
 */

import { crc } from "./crc.mjs";

const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10];

/**
 * @param {Uint8Array} levels By rows, width * height.
 * @returns {Promise<Blob>}
 */
export async function encodeGray(levels, width, height) {
  const header = new DataView(new ArrayBuffer(13));
  header.setUint32(0, width);
  header.setUint32(4, height);
  header.setUint8(8, 8); // Bits; the zeros after it: gray, not interlaced.
  const data = await deflate(filtered(levels, width, height));
  return new Blob([
    new Uint8Array(SIGNATURE),
    chunk("IHDR", new Uint8Array(header.buffer)),
    chunk("IDAT", data),
    chunk("IEND", new Uint8Array(0)),
  ], { type: "image/png" });
}

function filtered(levels, width, height) {
  // Each row begins with the number of its filter: 0, none.
  const bytes = new Uint8Array((width + 1) * height);
  for (let y = 0; y < height; y++) {
    const row = levels.subarray(y * width, (y + 1) * width);
    bytes.set(row, y * (width + 1) + 1);
  }
  return bytes;
}

async function deflate(bytes) {
  const zipped = new Blob([bytes]).stream()
    .pipeThrough(new CompressionStream("deflate"));
  return new Uint8Array(await new Response(zipped).arrayBuffer());
}

function chunk(name, data) {
  const bytes = new Uint8Array(12 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(new TextEncoder().encode(name), 4);
  bytes.set(data, 8);
  const end = 8 + data.length;
  view.setUint32(end, crc(bytes.subarray(4, end)));
  return bytes;
}

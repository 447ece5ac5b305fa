/**
 * Writes ZIP files, whose members are stored as they are: PNG files would get
 * no smaller. The format is that of PKWARE's APPNOTE, without ZIP64.
 */

import { crc } from "./crc.mjs";

const MAX_MEMBERS = 0xffff;
const MAX_BYTES = 0xffffffff;
const UTF8 = 0x800; // Flag: names are UTF-8.
const VERSION = 20;
const DATE = 0x21; // 1980-01-01: equal contents give equal files.

/**
 * @param {{name: string, blob: Blob}[]} members Names differ; "/" is between
 *     folders.
 * @returns {Promise<Blob>}
 * @throws {Error} There are too many for a ZIP file, or they are too large.
 */
export async function zip(members) {
  if (members.length > MAX_MEMBERS) {
    throw new Error(
      `A ZIP file has at most ${MAX_MEMBERS} files. ` +
      `These are ${members.length}.`);
  }
  const pieces = [];
  const directory = [];
  let offset = 0;
  for (const { name, blob } of members) {
    const bytes = new Uint8Array(await blob.arrayBuffer());
    const fields = fieldsOf(new TextEncoder().encode(name), bytes);
    const head = header(0x04034b50, [[VERSION, 2], ...fields], name);
    directory.push(header(0x02014b50, [
      [VERSION, 2], [VERSION, 2], ...fields, [0, 2], [0, 2], [0, 2], [0, 4],
      [offset, 4]], name));
    pieces.push(head, blob);
    offset += head.length + bytes.length;
    if (offset > MAX_BYTES) throw new Error("A ZIP file has at most 4 GB.");
  }
  const size = directory.reduce((sum, entry) => sum + entry.length, 0);
  const count = members.length;
  const end = header(0x06054b50, [
    [0, 2], [0, 2], [count, 2], [count, 2], [size, 4], [offset, 4], [0, 2]]);
  return new Blob([...pieces, ...directory, end], { type: "application/zip" });
}

/** What both headers of a member have. */
function fieldsOf(name, bytes) {
  const { length } = bytes;
  return [[UTF8, 2], [0, 2], [0, 2], [DATE, 2], [crc(bytes), 4], [length, 4],
    [length, 4], [name.length, 2], [0, 2]];
}

/** Numbers of 2 or 4 bytes, the smallest byte first, and a name. */
function header(signature, numbers, name = "") {
  const bytes = [[signature, 4], ...numbers].flatMap(([value, count]) => (
    Array.from({ length: count }, (_, i) => (value >>> (8 * i)) & 255)));
  return Uint8Array.from([...bytes, ...new TextEncoder().encode(name)]);
}

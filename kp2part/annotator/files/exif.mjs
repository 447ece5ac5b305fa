/** The orientation in a block of EXIF, see CIPA DC-008. */

const ORIENTATION = 0x0112;
const SHORT = 3; // The type of the tag's value.

/**
 * Reads how the stored pixels are to be turned.
 * @param {?DataView} tiff The block from its byte order on; null without one.
 * @returns {number} 1 to 8; 1 is upright, and what anything else means.
 */
export function orientation(tiff) {
  if (!tiff) return 1;
  try {
    return readOrientation(tiff);
  } catch (error) {
    if (error instanceof RangeError) return 1; // A tag that points outside.
    throw error;
  }
}

function readOrientation(tiff) {
  const order = tiff.getUint16(0);
  const little = order === 0x4949;
  if (!little && order !== 0x4d4d) return 1;
  if (tiff.getUint16(2, little) !== 42) return 1;
  const directory = tiff.getUint32(4, little);
  const entries = tiff.getUint16(directory, little);
  for (let i = 0; i < entries; i++) {
    const entry = directory + 2 + 12 * i;
    if (tiff.getUint16(entry, little) !== ORIENTATION) continue;
    const isShort = tiff.getUint16(entry + 2, little) === SHORT;
    const value = tiff.getUint16(entry + 8, little);
    return isShort && value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}

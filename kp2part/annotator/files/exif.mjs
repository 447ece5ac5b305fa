/** The orientation in which a JPEG file stores its pixels. */

const ORIENTATION = 0x0112;

/**
 * Reads the EXIF orientation, see CIPA DC-008.
 * @param {ArrayBuffer} file A file of any format.
 * @returns {number} 1 to 8; 1 is upright, and the default.
 */
export function orientation(file) {
  const view = new DataView(file);
  const tiff = findTiff(view);
  if (tiff === null) return 1;
  try {
    return readOrientation(view, tiff);
  } catch (error) {
    if (error instanceof RangeError) return 1; // A tag that points outside.
    throw error;
  }
}

function findTiff(view) {
  if (view.byteLength < 4 || view.getUint16(0) !== 0xffd8) return null;
  let at = 2;
  while (at + 10 <= view.byteLength && view.getUint8(at) === 0xff) {
    const marker = view.getUint16(at);
    if (marker === 0xffda) return null; // Pixels begin.
    const isExif = view.getUint32(at + 4) === 0x45786966; // "Exif"
    if (marker === 0xffe1 && isExif) return at + 10;
    at += 2 + view.getUint16(at + 2);
  }
  return null;
}

function readOrientation(view, tiff) {
  const little = view.getUint16(tiff) === 0x4949;
  const directory = tiff + view.getUint32(tiff + 4, little);
  const entries = view.getUint16(directory, little);
  for (let i = 0; i < entries; i++) {
    const entry = directory + 2 + 12 * i;
    if (view.getUint16(entry, little) === ORIENTATION) {
      const value = view.getUint16(entry + 8, little);
      return value >= 1 && value <= 8 ? value : 1;
    }
  }
  return 1;
}

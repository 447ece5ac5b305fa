/** Reads JSON as the programs of Windows and of Python write it. */

// Strings, which stay as they are, and numbers that JSON does not have.
const STRING_OR_NO_NUMBER = /"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g;

/**
 * @param {ArrayBuffer} bytes UTF-8, or UTF-16 with a byte order mark.
 * @returns {any} With null for NaN and for infinite numbers.
 * @throws {SyntaxError} It is not JSON.
 */
export function parse(bytes) {
  const text = new TextDecoder(encodingOf(new Uint8Array(bytes))).decode(bytes);
  try {
    return JSON.parse(text);
  } catch (error) {
    const mended = text.replace(
      STRING_OR_NO_NUMBER, (found) => (found[0] === '"' ? found : "null"));
    if (mended === text) throw error;
    return JSON.parse(mended);
  }
}

function encodingOf([first, second]) {
  if (first === 0xff && second === 0xfe) return "utf-16le";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  return "utf-8";
}

/** What fields of a COCO file must be; errors name the place and the value. */

const SHOWN = 60; // Characters of a value in a message.

/** @returns {string} A value in a message. */
export function show(value) {
  const text = JSON.stringify(value) ?? "missing";
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}

/** @throws {Error} */
export function requireObject(value, where) {
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    throw new Error(`${where} must be an object. It is ${show(value)}.`);
  }
}

/** @returns {string[]} @throws {Error} */
export function textsOf(values, where) {
  if (!Array.isArray(values)) {
    throw new Error(`${where} must be a list of names. It is ${show(values)}.`);
  }
  values.forEach((value, i) => {
    if (typeof value !== "string") {
      throw new Error(`${where}[${i}] must be a name. It is ${show(value)}.`);
    }
  });
  return values;
}

/** @throws {Error} */
export function requireLength(values, count, where) {
  if (!Array.isArray(values) || values.length !== count) {
    const what = Array.isArray(values)
      ? `There are ${values.length}` : `It is ${show(values)}`;
    throw new Error(`${where} must be ${count} numbers. ${what}.`);
  }
}

/** @throws {Error} */
export function requireNumbers(values, count, where) {
  requireLength(values, count, where);
  values.forEach((value, i) => requireNumber(value, `${where}[${i}]`));
}

/** @throws {Error} */
export function requireNumber(value, where) {
  if (!Number.isFinite(value)) {
    throw new Error(`${where} must be a number. It is ${show(value)}.`);
  }
}

/**
 * @returns {string} Equal for ids of equal value: 1, "1" and "1.0".
 * @throws {Error} It is neither a number nor a text.
 */
export function idOf(value, where) {
  if (typeof value === "string") {
    const text = value.trim();
    return /^-?\d{1,15}(\.0*)?$/.test(text) ? String(Number(text)) : text;
  }
  if (Number.isFinite(value)) return String(value);
  throw new Error(`${where} must be a number or a text. It is ${show(value)}.`);
}

/** What is told about photos that were opened together. */

const SHOWN = 3; // Names in a message.

/** @returns {string} e.g. "1 photo", "12 photos". */
export function countOf(number, noun) {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** @returns {string} The first names of many. */
export function someOf(names) {
  const more = names.length - SHOWN;
  const shown = names.slice(0, SHOWN).join(", ");
  return more > 0 ? `${shown} and ${more} more` : shown;
}

/**
 * @param {import("../state/photo_set.mjs").Entry[]} entries Just added.
 * @param {number} numOthers Files that are no photos.
 * @param {string[]} absent Paths of photos with work that were open before.
 * @returns {string}
 */
export function tellAdded(entries, numOthers, absent) {
  const begun = entries.filter(({ progress }) => progress !== "untouched");
  const others = entries.filter(({ isOther }) => isOther);
  const parts = [`${countOf(entries.length, "photo")}.`];
  if (begun.length) {
    parts.push(`Work on ${begun.length} found again, by name and size.`);
  }
  if (others.length) {
    parts.push(
      `Of another size than the photo with work of that name: ` +
      `${someOf(others.map(({ path }) => path))}. Opening one asks.`);
  }
  if (absent.length) {
    parts.push(`With work, but not among these: ${someOf(absent)}.`);
  }
  if (numOthers) {
    parts.push(`Passed over: ${countOf(numOthers, "other file")}.`);
  }
  return parts.join(" ");
}

/**
 * @param {number} total Photos that were open before a reload.
 * @param {number} numBegun Those with work.
 * @returns {string}
 */
export function tellReopened(total, numBegun) {
  return `${total} photos were open. A browser keeps only the one in front: ` +
    `open the folder again to go on. Work on ${numBegun} is saved.`;
}

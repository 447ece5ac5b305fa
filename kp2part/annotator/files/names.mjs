/** Compares names as people and programs write them, of photos and others. */

// What Label Studio puts before the name of an uploaded file.
const UPLOAD = /^[0-9a-f]{8}-(?=.)/;
const SUFFIX = /\.(jpe?g|jfif|png|bmp|gif|tiff?|webp|avif|heic|heif)$/i;
const MAX_COMPARED = 5000; // To find the nearest of them.

/** When two names of files mean the same photo: the surest rule first. */
const RULES = [
  (a, b) => baseOf(a) === baseOf(b),
  (a, b) => stemOf(baseOf(a)) === stemOf(baseOf(b)),
  (a, b) => seen(a) === seen(b),
  (a, b) => seen(a).toLowerCase() === seen(b).toLowerCase(),
  // Two uploads of equal names are two photos.
  (a, b) => bare(a) === seen(b) || seen(a) === bare(b),
];

/**
 * Finds what a file's name surely means. Suffixes, percent encoding, kinds of
 * Unicode and Label Studio's prefix make no difference; folders count as far as
 * both names have them.
 * @template T
 * @param {string} name
 * @param {T[]} items
 * @param {(item: T) => string} nameOf
 * @returns {T[]} All that the surest rule finds; empty if no rule does.
 */
export function findFiles(name, items, nameOf) {
  for (const rule of RULES) {
    const found = items.filter((item) => (
      rule(nameOf(item), name) && sharedFolders(nameOf(item), name) >= 0));
    if (found.length) return deepest(found, name, nameOf);
  }
  return [];
}

function foldersOf(name) {
  return decoded(name).normalize("NFC").toLowerCase().split(/[\\/]/)
    .slice(0, -1).filter(Boolean);
}

/** How many folders two names share, from the file up; -1 if they differ. */
function sharedFolders(a, b) {
  const [first, second] = [a, b].map((name) => foldersOf(name).reverse());
  const shared = Math.min(first.length, second.length);
  const isSame = first.slice(0, shared).every((folder, i) => (
    folder === second[i]));
  return isSame ? shared : -1;
}

function deepest(items, name, nameOf) {
  const depths = items.map((item) => sharedFolders(nameOf(item), name));
  const most = Math.max(...depths);
  return items.filter((_, i) => depths[i] === most);
}

function baseOf(name) {
  return name.normalize("NFC").split(/[\\/]/).at(-1).trim();
}

function stemOf(name) {
  return name.replace(SUFFIX, "");
}

/** What is seen of a name, without its folders and its suffix. */
function seen(name) {
  return visible(stemOf(baseOf(decoded(name))));
}

function bare(name) {
  return seen(name).replace(UPLOAD, "");
}

function decoded(name) {
  const path = name.split("?d=").at(-1); // Of Label Studio's local files.
  try {
    return decodeURIComponent(path);
  } catch {
    return path; // A percent sign of the name's own.
  }
}

function visible(text) {
  return text.normalize("NFKC").replace(/\p{Cf}/gu, "").replace(/\s+/g, " ")
    .trim();
}

/** @returns {string} Equal for "Left Eye", "left_eye" and "left-eye ". */
export function key(name) {
  return visible(name).toLowerCase().replace(/[\s_-]+/g, "_");
}

/** @returns {string[]} The `count` names that are most like a name. */
export function nearest(name, names, count = 3) {
  const wanted = key(name);
  const ranked = [...new Set(names)].slice(0, MAX_COMPARED)
    .map((other) => ({ other, far: distance(wanted, key(other)) }));
  return ranked.sort((a, b) => a.far - b.far).slice(0, count)
    .map(({ other }) => other);
}

/** The number of letters to change, as Levenshtein counts. */
function distance(a, b) {
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = above[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(change, above[j] + 1, row[j - 1] + 1));
    }
    above = row;
  }
  return above[b.length];
}

/** The photos that are open together. They are files: none is decoded here. */

/**
 * @typedef {object} Found A file, and where it was found.
 * @property {string} path Its name with its folders, "/" between them.
 * @property {File} file
 *
 * @typedef {object} Facts What is saved about the work on a photo.
 * @property {string} path
 * @property {number} size In bytes.
 * @property {number} width In pixels, as `height`.
 * @property {number} height
 * @property {string} key Of the contents, see `store.keyOf`.
 * @property {import("./progress.mjs").Progress} progress
 *
 * @typedef {object} Entry A photo of the set.
 * @property {string} path
 * @property {File} file
 * @property {import("./progress.mjs").Progress} progress
 * @property {boolean} isOther Whether the work saved under this name is on a
 *     file of another size.
 * @property {boolean} [isUnreadable] Whether it could not be opened.
 */

const collator = new Intl.Collator("en", { numeric: true });

/** Fires "change" when photos come, when one turns current or progresses. */
export class PhotoSet extends EventTarget {
  /** @type {Entry[]} By name; a2.jpg is before a10.jpg. */
  entries = [];
  #current = null;
  #byPath = new Map();

  /**
   * Adds photos; one of a name that is there replaces it.
   * @param {Found[]} found
   * @param {Map<string, Facts[]>} saved By path.
   * @returns {Entry[]} Of these files, in the order of the set.
   */
  add(found, saved) {
    for (const { path, file } of found) {
      const known = saved.get(path) ?? [];
      const same = known.findLast(({ size }) => size === file.size);
      const isOther = !same && known.some((f) => f.progress !== "untouched");
      const progress = same?.progress ?? "untouched";
      this.#byPath.set(path, { path, file, progress, isOther });
    }
    this.entries = [...this.#byPath.values()].sort(
      (a, b) => collator.compare(a.path, b.path)
        || (a.path < b.path ? -1 : 1));
    this.#tell();
    const added = new Set(found.map(({ path }) => path));
    return this.entries.filter(({ path }) => added.has(path));
  }

  /** @returns {?Entry} The current one. */
  get entry() {
    return this.#byPath.get(this.#current) ?? null;
  }

  /** @returns {number} Index of the current one, -1 without. */
  get index() {
    return this.entries.indexOf(this.entry);
  }

  /** @returns {?Entry} */
  find(path) {
    return this.#byPath.get(path) ?? null;
  }

  /**
   * @param {1 | -1} step
   * @returns {?Entry} The next or the previous one that can be opened.
   */
  near(step) {
    let at = this.index + step;
    while (this.entries[at]?.isUnreadable) at += step;
    return this.entries[at] ?? null;
  }

  /** Notes that a photo cannot be opened. */
  giveUp(path) {
    this.#byPath.get(path).isUnreadable = true;
    this.#tell();
  }

  /** Makes a photo the current one. */
  turnTo(path) {
    this.#current = path;
    this.#tell();
  }

  /** Notes how far a photo is, and that the work on it is on this file. */
  mark(path, progress) {
    const entry = this.#byPath.get(path);
    if (!entry || (entry.progress === progress && !entry.isOther)) return;
    Object.assign(entry, { progress, isOther: false });
    this.#tell();
  }

  /** @returns {number} How many photos are so far. */
  count(progress) {
    return this.entries.filter((entry) => entry.progress === progress).length;
  }

  #tell() {
    this.dispatchEvent(new Event("change"));
  }
}

/** The photos that are open together: added, gone through, saved. */

import * as listing from "../files/listing.mjs";
import { CHANNEL } from "../state/saved_work.mjs";
import * as store from "../state/store.mjs";
import { tellAdded, tellReopened } from "../view/set_report.mjs";

/**
 * @typedef {import("../state/photo_set.mjs").Found} Found
 * @typedef {import("../state/photo_set.mjs").Entry} Entry
 */

/** Opens files and folders, and goes from photo to photo. */
export class Album {
  #before = new Set(); // Paths of photos that are or were open.

  /**
   * @param {import("../state/photo_set.mjs").PhotoSet} set
   * @param {import("./opening.mjs").Desk} desk
   * @param {(found: Found) => Promise<void>} readAnnotations Of a JSON file.
   */
  constructor(set, desk, readAnnotations) {
    Object.assign(this, { set, desk, readAnnotations });
    desk.addEventListener("progress", ({ detail }) => {
      const { path, file, progress } = detail;
      if (set.find(path)?.file === file) set.mark(path, progress);
    });
    const channel = new BroadcastChannel(CHANNEL);
    channel.onmessage = ({ data: { what, path, progress } }) => {
      if (what === "saved") set.mark(path, progress);
    };
  }

  /** Opens files: photos first, then annotations. @param {Found[]} found */
  async openFiles(found) {
    const { photos, annotations, others } = listing.sortOut(found);
    try {
      if (photos.length) await this.#add(photos, others.length);
      else if (others.length) throw new Error("There is no photo in it.");
      for (const one of annotations) await this.readAnnotations(one);
    } catch (error) {
      this.desk.say(error.message, true);
    }
  }

  /**
   * Opens a photo with annotations.
   * @param {File} file
   * @param {object[]} objects
   */
  async openWith(file, objects) {
    const [entry] = this.set.add([{ path: file.name, file }], new Map());
    await this.#open(entry, objects);
  }

  async #add(photos, numOthers) {
    const { set, desk } = this;
    const saved = await desk.attempt(
      () => store.allFacts(desk.keypoints)) ?? new Map();
    const entries = set.add(photos, saved);
    if (!entries.some(({ path }) => this.#before.has(path))) {
      this.#before.clear(); // Of another folder.
    }
    const isBack = entries.find(({ path }) => path === desk.path);
    if (!await this.#openFirst(isBack ? [isBack] : entries)) return;
    const absent = [...this.#before].filter((path) => (
      !set.find(path) && isBegun(saved.get(path))));
    if (photos.length + numOthers === 1 && !absent.length) return;
    desk.say(tellAdded(entries, numOthers, absent));
    await this.#remember();
  }

  /** Opens the first photo that can be opened. */
  async #openFirst(entries) {
    let first = null;
    for (const entry of entries) {
      try {
        return await this.#open(entry);
      } catch (error) {
        first ??= error;
      }
    }
    throw first;
  }

  /** Opens a photo of the set. @param {?Entry} entry */
  async open(entry) {
    try {
      if (entry) await this.#open(entry);
    } catch (error) {
      this.desk.say(error.message, true);
    }
  }

  async #open(entry, objects = null) {
    try {
      if (!await this.desk.openPhoto(entry, objects)) return false;
    } catch (error) {
      this.set.giveUp(entry.path);
      throw error;
    }
    this.set.turnTo(entry.path);
    await this.#remember();
    return true;
  }

  /** Saves what is open, for after a reload. */
  #remember() {
    for (const { path } of this.set.entries) this.#before.add(path);
    const { path, file } = this.set.entry;
    return this.desk.attempt(
      () => store.keepOpen({ path, file }, [...this.#before]));
  }

  /** Opens the photo that was open before a reload. */
  async reopen() {
    const { desk } = this;
    desk.editor.chosenClass = await desk.attempt(() => store.lastClass());
    const found = await desk.attempt(() => store.lastPhoto());
    if (!found) return;
    const paths = await desk.attempt(() => store.lastSet()) ?? [];
    this.#before = new Set(paths);
    const saved = await desk.attempt(
      () => store.allFacts(desk.keypoints)) ?? new Map();
    const [entry] = this.set.add([found], saved);
    await this.open(entry);
    const numBegun = paths.filter((path) => isBegun(saved.get(path))).length;
    if (paths.length > 1) desk.say(tellReopened(paths.length, numBegun));
  }

  /** Closes all photos; the work on them stays saved. */
  async close() {
    await this.desk.attempt(() => store.forgetOpen());
    location.reload();
  }
}

function isBegun(facts = []) {
  return facts.some(({ progress }) => progress !== "untouched");
}

/**
 * The saved work on one photo. Several tabs can have the same photo open: each
 * save is stamped, none replaces a save that its tab has not seen, and the tabs
 * tell each other.
 */

import { progressOf } from "./progress.mjs";
import * as store from "./store.mjs";

/** On which all tabs tell what they do. */
export const CHANNEL = "kp2part";
const TAB = `${Date.now()} ${Math.random()}`;
let count = 0;

/**
 * Fires "elsewhere" when another tab has saved, "company" when another tab has
 * the photo open.
 */
export class SavedWork extends EventTarget {
  #seen; // Stamp of the save that this tab has read last.

  /**
   * @param {import("./photo_set.mjs").Found} found The photo.
   * @param {string} photo Its key, see `store.keyOf`.
   * @param {string[]} keypoints Of the model: each has work of its own.
   * @param {{width: number, height: number}} pixels Of the photo.
   */
  constructor({ path, file }, photo, keypoints, { width, height }) {
    super();
    const { size } = file;
    Object.assign(this, { path, photo, keypoints });
    this.facts = { path, size, width, height, key: photo };
    this.key = store.keyOfWork(photo, keypoints);
    this.channel = new BroadcastChannel(CHANNEL);
    this.channel.onmessage = ({ data }) => this.#hear(data);
  }

  /** Asks whether another tab has the photo open: "company" says so. */
  greet() {
    this.#tell("hello");
  }

  #hear({ key, what }) {
    if (key !== this.key) return;
    if (what === "hello") this.#tell("here");
    const events = { here: "company", saved: "elsewhere" };
    if (what in events) this.dispatchEvent(new Event(events[what]));
  }

  #tell(what, progress) {
    const { key, path } = this;
    this.channel.postMessage({ key, what, path, progress });
  }

  /** @returns {import("./photo_set.mjs").Facts} Of these objects. */
  #factsOf(objects) {
    return { ...this.facts, progress: progressOf(objects) };
  }

  /** Notes under which name the work that was read is found. */
  note(objects) {
    return store.keepFacts(this.keypoints, this.#factsOf(objects));
  }

  /** @returns {Promise<?object[]>} The objects, as they were saved last. */
  async read() {
    const saved = await store.annotationsOf(this.key);
    this.#seen = saved?.stamp;
    return saved ? saved.objects : this.#readFormer();
  }

  /** Work saved before each model had its own. */
  async #readFormer() {
    const saved = await store.annotationsOf(this.photo);
    const isOfThis = saved?.keypoints.join() === this.keypoints.join();
    return isOfThis ? saved.objects : null;
  }

  /**
   * Saves objects, unless another tab has saved others that this one has not
   * read: these are returned, and count as read.
   * @returns {Promise<?object[]>} null if all went well.
   */
  async keep(objects) {
    const stamp = `${TAB} ${count++}`;
    const seen = this.#seen; // As these objects were made.
    const newer = await store.replaceAnnotations(
      this.key, { keypoints: this.keypoints, objects, stamp },
      this.#factsOf(objects), (saved) => !saved || saved.stamp === seen
        || saved.stamp?.startsWith(TAB));
    if (newer) this.#seen = newer.stamp;
    else this.#tell("saved", progressOf(objects));
    return newer && newer.objects;
  }

  close() {
    this.channel.close();
  }
}

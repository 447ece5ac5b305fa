/** Opens a photo with the work on it, and saves that work. */

import { openPhoto } from "../files/photo.mjs";
import { hasWork, progressOf } from "../state/progress.mjs";
import { SavedWork } from "../state/saved_work.mjs";
import * as store from "../state/store.mjs";

/** @typedef {import("../state/photo_set.mjs").Found} Found */

/**
 * Opens photos, and saves the annotations of the open one. Fires "progress"
 * when its work was read or saved.
 */
export class Desk extends EventTarget {
  #work = null; // The saved work on the open photo.
  #file = null; // Of the open photo.
  #turn = 0; // Counts the photos that were asked for.

  /**
   * @param {import("../state/editor.mjs").Editor} editor
   * @param {(photo: import("../files/photo.mjs").Photo) => void} onPhoto
   *     Called before the editor shows it.
   * @param {(message: string, isError?: boolean) => void} say
   * @param {(text: string, choices: Record<string, string>, otherwise: string)
   *     => Promise<string>} ask
   */
  constructor(editor, onPhoto, say, ask) {
    super();
    Object.assign(this, { editor, onPhoto, say, ask });
    editor.addEventListener("keep", () => this.#keep());
    editor.addEventListener("choose", () => this.attempt(
      () => store.keepClass(editor.chosenClass)));
  }

  /** @returns {string[]} Names of the model. */
  get keypoints() {
    return this.editor.category.keypoints;
  }

  /** @returns {boolean} Whether a file of a set is the open photo. */
  isOpen({ path, file }) {
    return this.path === path && this.#file === file;
  }

  /** @returns {string} Path of the open photo. */
  get path() {
    return this.#work?.path;
  }

  /**
   * Opens a photo, with the annotations saved for it.
   * @param {Found} found
   * @param {?object[]} objects Used if no annotations are saved.
   * @returns {Promise<boolean>} False if another was asked for meanwhile, or
   *     if nobody wanted it after all.
   * @throws {Error} It cannot be opened.
   */
  async openPhoto(found, objects = null) {
    const turn = ++this.#turn;
    const photo = await openPhoto(found.file, found.path);
    const key = await store.keyOf(found);
    const work = new SavedWork(found, key, this.keypoints, photo);
    const earlier = await this.attempt(() => this.#earlier(work));
    if (turn !== this.#turn || earlier?.isUnwanted) {
      photo.close();
      work.close();
      return false;
    }
    this.#work?.close();
    this.editor.photo?.close();
    this.onPhoto(photo);
    const mine = earlier?.objects ?? null;
    this.editor.open(photo, mine ?? objects);
    this.#work = work;
    this.#file = found.file;
    this.say(opened(photo, mine, objects));
    this.#share(work);
    if (earlier?.isOwn) await this.attempt(() => work.note(mine));
    else await this.#keep();
    this.#tell();
    return true;
  }

  /** Own work by the contents; work of the same name only if that is wanted. */
  async #earlier(work) {
    const kept = await work.read();
    if (kept?.some(hasWork)) return { objects: kept, isOwn: true };
    const facts = (await store.allFacts(this.keypoints)).get(work.path) ?? [];
    // Whoever opened this very file before has been asked.
    if (facts.some(({ key }) => key === work.photo)) return null;
    const other = facts.findLast(({ progress }) => progress !== "untouched");
    return other ? this.#askAbout(other, work.facts) : null;
  }

  async #askAbout(other, { path, size, width, height }) {
    const fits = other.width === width && other.height === height;
    const answer = await this.ask(
      `There is earlier work for ${path}, but on another file: ` +
      `${describe(other)}. This one has ${describe({ size, width, height })}` +
      `${other.size === size ? ", and other contents" : ""}.`, {
        new: "Begin anew; the work stays saved for its own file",
        ...(fits && { use: "Use that work here" }),
        cancel: "Do not open it",
      }, "cancel");
    if (answer !== "use") return { isUnwanted: answer === "cancel" };
    const { objects } = await store.annotationsOf(
      store.keyOfWork(other.key, this.keypoints));
    return { objects };
  }

  /** Follows the work of other tabs on the open photo. */
  #share(work) {
    work.addEventListener("company", () => this.say(
      "This photo is open in another tab, too. Both show the same work."));
    work.addEventListener("elsewhere", async () => {
      const objects = await this.attempt(() => work.read());
      const isNew = objects && work === this.#work
        && this.editor.follow(objects);
      if (isNew) this.say("Changed in another tab. Undo reverts it here.");
    });
    work.greet();
  }

  async #keep() {
    const work = this.#work;
    if (!work) return;
    this.#tell();
    const newer = await this.attempt(() => work.keep(this.editor.all.objects));
    if (!newer || work !== this.#work) return;
    this.editor.follow(newer);
    this.say(
      "Another tab changed this photo at the same time: here is its work. " +
      "Undo brings back yours.", true);
  }

  /** Does what needs the browser's store; null if that fails. */
  async attempt(action) {
    try {
      return await action();
    } catch {
      this.say("This browser cannot save your work: download it.", true);
      return null;
    }
  }

  #tell() {
    const detail = {
      path: this.path, file: this.#file,
      progress: progressOf(this.editor.all.objects),
    };
    this.dispatchEvent(new CustomEvent("progress", { detail }));
  }
}

function describe({ size, width, height }) {
  return `${size} bytes, ${width} × ${height} pixels`;
}

function opened(photo, kept, objects) {
  const size = `${photo.width} × ${photo.height} pixels`;
  const shown = photo.scale < 1
    ? " It is shown and sent smaller; all coordinates are those of the file."
    : "";
  if (kept) return `${photo.name}, ${size}, with your earlier work.${shown}`;
  const what = objects ? ", with its keypoints" : "";
  return `${photo.name}, ${size}${what}.${shown}`;
}

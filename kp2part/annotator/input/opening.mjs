/** Opens photos and annotation files, and saves the work on them. */

import { fromCoco } from "../files/coco_reader.mjs";
import { parse } from "../files/json_text.mjs";
import { openPhoto } from "../files/photo.mjs";
import { SavedWork } from "../state/saved_work.mjs";
import * as store from "../state/store.mjs";

/** Opens files, and saves the annotations of the open photo. */
export class Desk {
  #work = null; // The saved work on the open photo.

  /**
   * @param {import("../state/editor.mjs").Editor} editor
   * @param {(photo: import("../files/photo.mjs").Photo) => void} onPhoto
   *     Called before the editor shows it.
   * @param {(message: string, isError?: boolean) => void} say
   */
  constructor(editor, onPhoto, say) {
    Object.assign(this, { editor, onPhoto, say });
    editor.addEventListener("keep", () => this.#keep());
    editor.addEventListener("choose", () => this.#try(
      () => store.keepClass(editor.chosenClass)));
  }

  /** Opens dropped or chosen files: a photo first, then annotations. */
  async openFiles(files) {
    const isJson = (file) => /\.json$/i.test(file.name);
    const [photo, ...more] = [...files].filter((file) => !isJson(file));
    try {
      if (photo) await this.openPhoto(photo);
      for (const file of [...files].filter(isJson)) await this.#read(file);
      if (more.length) this.say(`One photo at a time: ${photo.name} is open.`);
    } catch (error) {
      this.say(error.message, true);
    }
  }

  /**
   * Opens a photo, with the annotations saved for it.
   * @param {File} file
   * @param {?object[]} objects Used if no annotations are saved.
   */
  async openPhoto(file, objects = null) {
    const photo = await openPhoto(file);
    const work = new SavedWork(
      await store.keyOf(file), this.editor.category.keypoints);
    const kept = await this.#try(() => work.read());
    const mine = kept && hasWork(kept) ? kept : null;
    this.#work?.close();
    this.editor.photo?.close();
    this.onPhoto(photo);
    this.editor.open(photo, mine ?? objects);
    this.#work = work;
    this.say(opened(photo, mine, objects));
    this.#share(work);
    await this.#try(() => store.keepPhoto(file));
    if (!mine) await this.#keep();
  }

  /** Follows the work of other tabs on the open photo. */
  #share(work) {
    work.addEventListener("company", () => this.say(
      "This photo is open in another tab, too. Both show the same work."));
    work.addEventListener("elsewhere", async () => {
      const objects = await this.#try(() => work.read());
      const isNew = objects && work === this.#work
        && this.editor.follow(objects);
      if (isNew) this.say("Changed in another tab. Undo reverts it here.");
    });
    work.greet();
  }

  /** Closes the photo; the work on it stays saved. */
  async close() {
    await this.#try(() => store.forgetPhoto());
    location.reload();
  }

  /** Opens the photo that was open before a reload. */
  async reopen() {
    this.editor.chosenClass = await this.#try(() => store.lastClass());
    const file = await this.#try(() => store.lastPhoto());
    if (!file) return;
    await this.openPhoto(file).catch((e) => this.say(e.message, true));
  }

  async #keep() {
    const work = this.#work;
    const newer = work && await this.#try(
      () => work.keep(this.editor.all.objects));
    if (!newer || work !== this.#work) return;
    this.editor.follow(newer);
    this.say(
      "Another tab changed this photo at the same time: here is its work. " +
      "Undo brings back yours.", true);
  }

  async #try(action) {
    try {
      return await action();
    } catch {
      this.say("This browser cannot save your work: download it.", true);
      return null;
    }
  }

  async #read(file) {
    const { photo, category } = this.editor;
    if (!photo) {
      throw new Error(`Open the photo first, then ${file.name}.`);
    }
    let contents;
    try {
      contents = parse(await file.arrayBuffer());
    } catch {
      throw new Error(`${file.name}: it is not a JSON file.`);
    }
    if (this.editor.photo !== photo) return; // Another one was opened.
    try {
      const { objects, passedOver } = fromCoco(contents, category, photo);
      this.editor.replaceAll(objects);
      const others = passedOver.join(", ");
      this.say(
        `Read ${objects.length} from ${file.name}.` +
        `${others && ` Passed over: ${others}.`} Undo reverts it.`);
    } catch (error) {
      throw new Error(`${file.name}: ${error.message}`, { cause: error });
    }
  }
}

function opened(photo, kept, objects) {
  const size = `${photo.width} × ${photo.height} pixels`;
  if (kept) return `${photo.name}, ${size}, with your earlier work.`;
  return `${photo.name}, ${size}${objects ? ", with its keypoints" : ""}.`;
}

function hasWork(objects) {
  return objects.some((o) => o.box || o.points.some((point) => point));
}

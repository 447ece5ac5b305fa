/** The menu of files to download. */

import { isEmpty, hasParts, rows } from "../state/annotations.mjs";
import * as downloads from "../files/downloads.mjs";
import { predictWhole } from "../net/whole_photo.mjs";

/** The buttons of the menu; each makes and saves a file. */
export class DownloadMenu {
  #known = null; // Predictions for the whole photo, and their key.

  /**
   * @param {Document} page With the elements of index.html.
   * @param {import("../state/editor.mjs").Editor} editor
   * @param {import("./parts_panel.mjs").PartsPanel} parts
   * @param {import("./status.mjs").Status} status
   * @param {() => void} askKind Asks for the class of the active object.
   */
  constructor(page, editor, parts, status, askKind) {
    Object.assign(this, { page, editor, parts, status, askKind });
    const makers = {
      mask: (work) => this.#mask(work),
      coco: (work) => this.#coco(work),
      overlay: (work) => this.#overlay(work),
      photo: (work) => this.#photo(work),
    };
    for (const [name, make] of Object.entries(makers)) {
      const button = this.#find(`download-${name}`);
      button.addEventListener("click", () => this.#run(make));
    }
  }

  #find(id) {
    return this.page.getElementById(id);
  }

  /** Starts over with another photo. */
  open(photo) {
    this.#known = null;
    this.#find("download").disabled = false;
    this.#find("download-photo").hidden = !photo.copyName;
  }

  async #run(make) {
    this.#find("downloads").hidePopover();
    this.#find("download").disabled = true;
    const { photo, all } = this.editor;
    try {
      await make({ photo, objects: all.objects });
    } catch (error) {
      this.status.say(`Nothing was saved. ${error.message}`, true);
    }
    this.#find("download").disabled = false;
  }

  async #predictions({ photo, objects }) {
    const key = JSON.stringify(objects.map((o) => [o.id, rows(o), o.box]));
    const shapes = objects.map((o) => o.shape);
    const isKnown = this.#known?.photo === photo && this.#known.key === key
      && shapes.every((shape, i) => shape === this.#known.shapes[i]);
    if (!isKnown) {
      this.status.say("Requesting masks of the photo's own size…");
      const { model } = this.editor.category;
      const predictions = await predictWhole(model, photo, objects);
      this.#known = { photo, key, shapes, predictions };
    }
    if (!this.#known.predictions.size) {
      throw new Error("Place two keypoints first.");
    }
    return this.#known.predictions;
  }

  /** @param {number[]} absent Objects that are not in the file. */
  #save({ photo }, blob, end, absent) {
    const name = `${stemOf(photo.name)}${end}`;
    downloads.save(blob, name);
    const { noun } = this.editor.category;
    const those = absent.map((i) => `${noun} ${i + 1}`).join(", ");
    const without = those && ` Not in it, for lack of keypoints: ${those}.`;
    this.status.say(`Saved ${name}.${without}`);
  }

  async #mask(work) {
    const predictions = await this.#predictions(work);
    const blob = await downloads.maskFile(work.photo, predictions);
    this.#save(work, blob, "_mask.png", without(work, hasParts));
  }

  async #coco(work) {
    const { photo, objects } = work;
    const { category } = this.editor;
    this.#checkKinds(objects);
    let predictions = new Map();
    let missing = "";
    try {
      predictions = await this.#predictions(work);
    } catch (error) {
      // Keypoints are worth saving even without masks.
      missing = ` Without masks: ${error.message}`;
    }
    const blob = downloads.cocoFile(category, photo, objects, predictions);
    const absent = without(work, (object) => !isEmpty(object));
    this.#save(work, blob, "_coco.json", absent);
    if (missing) this.status.say(`Saved the keypoints.${missing}`, true);
  }

  #checkKinds(objects) {
    if (objects.every(isEmpty)) {
      throw new Error("Draw a box or place a keypoint first.");
    }
    const unnamed = objects.findIndex((o) => !isEmpty(o) && !o.className);
    if (unnamed < 0) return;
    this.editor.selectObject(unnamed);
    this.askKind();
    const { noun } = this.editor.category;
    throw new Error(`Choose the kind of ${noun} ${unnamed + 1} first.`);
  }

  async #overlay(work) {
    const { photo, objects } = work;
    const predictions = await this.#predictions(work);
    const blob = await downloads.overlayFile(
      this.editor.category, photo, objects, predictions, this.parts.how);
    this.#save(work, blob, "_parts.png", without(work, hasParts));
  }

  #photo({ photo }) {
    downloads.save(photo.sent, photo.copyName);
    this.status.say(`Saved ${photo.copyName}.`);
  }
}

/** A file's name without its folders and its suffix. */
function stemOf(name) {
  return name.split("/").at(-1).replace(/\.[^.]*$/, "");
}

/** @returns {number[]} The indices of the objects that are not in a file. */
function without({ objects }, isIn) {
  return objects.flatMap((object, i) => (isIn(object) ? [] : [i]));
}

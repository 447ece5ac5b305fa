/** The menu of files to download. */

import { rows } from "../state/annotations.mjs";
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
   */
  constructor(page, editor, parts, status) {
    Object.assign(this, { page, editor, parts, status });
    const makers = {
      mask: () => this.#mask(),
      coco: () => this.#coco(),
      overlay: () => this.#overlay(),
      photo: () => this.#photo(),
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
    this.#find("download-photo").hidden = photo.isAsStored;
  }

  async #run(make) {
    this.#find("downloads").hidePopover();
    this.#find("download").disabled = true;
    try {
      await make();
    } catch (error) {
      this.status.say(`Nothing was saved. ${error.message}`, true);
    }
    this.#find("download").disabled = false;
  }

  async #predictions() {
    const { editor, status } = this;
    const { photo, category } = editor;
    const { objects } = editor.all;
    const key = JSON.stringify(objects.map((o) => [o.id, rows(o), o.box]));
    if (this.#known?.key !== key) {
      status.say("Requesting masks of the photo's own size…");
      const predictions = await predictWhole(
        category.model, photo, objects);
      if (editor.photo !== photo) throw new Error("Another photo is open.");
      this.#known = { key, predictions };
    }
    if (!this.#known.predictions.size) {
      throw new Error("Place two keypoints first.");
    }
    return this.#known.predictions;
  }

  #save(blob, end) {
    const stem = this.editor.photo.name.replace(/\.[^.]*$/, "");
    downloads.save(blob, `${stem}${end}`);
    this.status.say(`Saved ${stem}${end}.`);
  }

  async #mask() {
    const predictions = await this.#predictions();
    const blob = await downloads.maskFile(this.editor.photo, predictions);
    this.#save(blob, "_mask.png");
  }

  async #coco() {
    const { photo, category } = this.editor;
    const { objects } = this.editor.all;
    let predictions = new Map();
    let missing = "";
    try {
      predictions = await this.#predictions();
    } catch (error) {
      // Keypoints are worth saving even without masks.
      missing = ` Without masks: ${error.message}`;
    }
    const blob = downloads.cocoFile(category, photo, objects, predictions);
    this.#save(blob, "_coco.json");
    if (missing) this.status.say(`Saved the keypoints.${missing}`, true);
  }

  async #overlay() {
    const { photo, category } = this.editor;
    const { objects } = this.editor.all;
    const predictions = await this.#predictions();
    const blob = await downloads.overlayFile(
      category, photo, objects, predictions, this.parts.how);
    this.#save(blob, "_parts.png");
  }

  async #photo() {
    const { photo } = this.editor;
    const blob = await photo.upright();
    downloads.save(blob, photo.name);
    this.status.say(`Saved ${photo.name}.`);
  }
}

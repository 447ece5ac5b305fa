/** The menu of files to take away. */

import { rows } from "../state/annotations.mjs";
import * as downloads from "../files/downloads.mjs";

/** Its buttons, each of which makes and saves a file. */
export class DownloadMenu {
  #known = null; // Answers for the whole photo, and what they are for.

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

  /** Another photo. */
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

  async #answers() {
    const { editor, status } = this;
    const { photo, category } = editor;
    const { objects } = editor.all;
    const key = JSON.stringify(objects.map((o) => [o.id, rows(o), o.box]));
    if (this.#known?.key !== key) {
      status.say("Asking for masks of the photo's own size…");
      const answers = await downloads.wholeAnswers(category, photo, objects);
      if (editor.photo !== photo) throw new Error("Another photo is open.");
      this.#known = { key, answers };
    }
    if (!this.#known.answers.size) {
      throw new Error("Place two keypoints first.");
    }
    return this.#known.answers;
  }

  #save(blob, end) {
    const stem = this.editor.photo.name.replace(/\.[^.]*$/, "");
    downloads.save(blob, `${stem}${end}`);
    this.status.say(`Saved ${stem}${end}.`);
  }

  async #mask() {
    const answers = await this.#answers();
    const blob = await downloads.maskFile(this.editor.photo, answers);
    this.#save(blob, "_mask.png");
  }

  async #coco() {
    const { photo, category } = this.editor;
    const { objects } = this.editor.all;
    let answers = new Map();
    let missing = "";
    try {
      answers = await this.#answers();
    } catch (error) {
      // Clicks are worth saving even where no mask is to be had.
      missing = ` Without masks: ${error.message}`;
    }
    const blob = downloads.cocoFile(category, photo, objects, answers);
    this.#save(blob, "_coco.json");
    if (missing) this.status.say(`Saved the keypoints.${missing}`, true);
  }

  async #overlay() {
    const { photo, category } = this.editor;
    const { objects } = this.editor.all;
    const answers = await this.#answers();
    const blob = await downloads.overlayFile(
      category, photo, objects, answers, this.parts.how);
    this.#save(blob, "_parts.png");
  }

  async #photo() {
    const { photo } = this.editor;
    const blob = await photo.upright();
    downloads.save(blob, photo.name);
    this.status.say(`Saved ${photo.name}.`);
  }
}

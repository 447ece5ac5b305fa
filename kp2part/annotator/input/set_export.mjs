/** Writes one file of the work on all photos. */

import { CocoFile } from "../files/coco.mjs";
import * as downloads from "../files/downloads.mjs";
import { zip } from "../files/zip.mjs";
import { ServerGone } from "../net/client.mjs";
import { predictWhole } from "../net/whole_photo.mjs";
import { hasParts, isEmpty } from "../state/annotations.mjs";
import { countOf } from "../view/set_report.mjs";
import { worksOf, withPhoto } from "./set_work.mjs";

/** The buttons of the menu for all photos. */
export class SetExport {
  #isStopped = false;

  /**
   * @param {Document} page With the elements of index.html.
   * @param {import("./album.mjs").Album} album
   * @param {import("../view/status.mjs").Status} status
   * @param {() => void} askKind Asks for the class of the active object.
   */
  constructor(page, album, status, askKind) {
    Object.assign(this, { page, album, status, askKind });
    const { set, desk } = album;
    this.editor = desk.editor;
    set.addEventListener("change", () => {
      this.#find("download-set").hidden = set.entries.length < 2;
    });
    const onClick = (id, action) => (
      this.#find(id).addEventListener("click", action));
    onClick("download-all-coco", () => this.#run((works) => this.#coco(works)));
    onClick("download-all-masks", () => (
      this.#run((works) => this.#masks(works))));
    onClick("stop", () => { this.#isStopped = true; });
  }

  #find(id) {
    return this.page.getElementById(id);
  }

  async #run(make) {
    this.#isStopped = false;
    this.#find("downloads").hidePopover();
    this.#find("download").disabled = true;
    this.#find("stop").hidden = false;
    const { set, desk } = this.album;
    try {
      const works = await worksOf(set, desk, () => this.#check());
      if (!works.length) throw new Error("No photo has work yet.");
      await make(works);
    } catch (error) {
      this.status.say(`Nothing was saved. ${error.message}`, true);
    }
    this.#find("download").disabled = false;
    this.#find("stop").hidden = true;
  }

  #check() {
    if (this.#isStopped) throw new Error("You have stopped it.");
  }

  /** Opens the photos of all works, each with its parts at its own size. */
  async #each(works, use, withParts = true) {
    for (const [i, { entry, objects }] of works.entries()) {
      this.#check();
      this.status.say(`Photo ${i + 1} of ${works.length}: ${entry.path}…`);
      await withPhoto(entry, async (photo) => {
        const { model } = this.editor.category;
        const predictions = withParts
          ? await predictWhole(model, photo, objects) : new Map();
        await use(photo, objects, predictions);
      });
    }
  }

  async #coco(works) {
    await this.#checkKinds(works);
    const write = async (withParts) => {
      const file = new CocoFile(this.editor.category);
      await this.#each(works, (photo, objects, predictions) => (
        file.add(objects, photo, predictions)), withParts);
      return file;
    };
    const file = await write(true).catch(async (error) => {
      if (!(error instanceof ServerGone)) throw error;
      const answer = await this.album.desk.ask(
        `There are no masks: ${error.message}`, {
          save: "Save the keypoints without masks", cancel: "Save nothing",
        }, "cancel");
      if (answer === "cancel") throw error;
      return write(false);
    });
    this.#save(downloads.jsonFile(file.contents), "coco.json", works, isBegun);
  }

  async #checkKinds(works) {
    for (const { entry, objects } of works) {
      const unnamed = objects.findIndex((o) => !isEmpty(o) && !o.className);
      if (unnamed < 0) continue;
      if (entry.path !== this.album.desk.path) await this.album.open(entry);
      this.editor.selectObject(unnamed);
      this.askKind();
      const { noun } = this.editor.category;
      throw new Error(
        `Choose the kind of ${noun} ${unnamed + 1} in ${entry.path} first.`);
    }
  }

  async #masks(works) {
    const members = new Map();
    const add = (folder, photo, blob) => {
      const name = `${folder}/${photo.name.replace(/\.[^./]*$/, "")}.png`;
      if (members.has(name)) {
        throw new Error(
          "photos must differ in more than the suffix; " +
          `${name} would be there twice`);
      }
      members.set(name, blob);
    };
    await this.#each(works, async (photo, _, predictions) => {
      if (!predictions.size) return;
      add("parts", photo, await downloads.maskFile(photo, predictions));
      add("objects", photo, await downloads.objectsFile(photo, predictions));
    });
    const blobs = [...members].map(([name, blob]) => ({ name, blob }));
    if (!blobs.length) throw new Error("Place two keypoints first.");
    this.#save(await zip(blobs), "masks.zip", works, hasParts);
  }

  #save(blob, end, works, isIn) {
    const name = `${nameOf(works)}_${end}`;
    downloads.save(blob, name);
    const saved = works.filter(({ objects }) => objects.some(isIn));
    const without = this.album.set.entries.length - saved.length;
    const those = without
      ? ` Not in it, for lack of keypoints: ${countOf(without, "photo")}.` : "";
    const count = countOf(saved.length, "photo");
    this.status.say(`Saved ${name}: ${count}.${those}`);
  }
}

function isBegun(object) {
  return !isEmpty(object);
}

/** The folder in which all photos are, or "photos". */
function nameOf(works) {
  const tops = new Set(works.map(({ entry }) => (
    entry.path.includes("/") ? entry.path.split("/")[0] : "photos")));
  return tops.size === 1 ? [...tops][0] : "photos";
}

/** Which of the open photos is in front, and the list of all. */

import { PhotoList, stateOf } from "./photo_list.mjs";

/** The line above the photo and the card beside it; hidden with one photo. */
export class AlbumBar {
  /**
   * @param {Document} page With the elements of index.html.
   * @param {import("../state/photo_set.mjs").PhotoSet} set
   * @param {(entry: ?import("../state/photo_set.mjs").Entry) => void} onOpen
   */
  constructor(page, set, onOpen) {
    this.find = (id) => page.getElementById(id);
    this.set = set;
    this.list = new PhotoList(this.find("photos"), set, onOpen);
    this.find("photo-before").addEventListener(
      "click", () => onOpen(set.near(-1)));
    this.find("photo-after").addEventListener(
      "click", () => onOpen(set.near(1)));
    set.addEventListener("change", () => this.#show());
  }

  #show() {
    const { find, set } = this;
    const { entries, entry, index } = set;
    for (const id of ["album", "photos-card"]) {
      find(id).hidden = entries.length < 2;
    }
    find("close").textContent = entries.length > 1
      ? "Close photos" : "Close photo";
    if (entries.length < 2) return;
    find("photo-before").disabled = !set.near(-1);
    find("photo-after").disabled = !set.near(1);
    find("photo-number").textContent = `${index + 1} of ${entries.length}`;
    find("photo-name").textContent = entry?.path ?? "";
    find("photo-state").textContent = entry ? stateOf(entry)[1] : "";
    find("photos-count").textContent =
      `${set.count("done")} done, ${set.count("keypoints")} begun`;
    this.list.show();
  }
}

/** Opens files that are chosen, dropped on the page or pasted. */

import { listChosen, listDropped } from "../files/listing.mjs";

/**
 * @param {HTMLInputElement[]} inputs Of type file: for files, for a folder.
 * @param {(found: import("../state/photo_set.mjs").Found[]) => Promise<void>}
 *     open
 */
export function takeFiles(inputs, open) {
  const { classList } = document.body;
  for (const input of inputs) {
    input.addEventListener("change", async () => {
      await open(listChosen(input.files));
      input.value = ""; // So that the same file can be chosen again.
    });
  }
  addEventListener("dragover", (event) => {
    event.preventDefault();
    classList.add("dropping");
  });
  addEventListener("dragleave", ({ relatedTarget }) => {
    if (!relatedTarget) classList.remove("dropping");
  });
  addEventListener("drop", async (event) => {
    event.preventDefault();
    classList.remove("dropping");
    const found = await listDropped(event.dataTransfer);
    if (found.length) await open(found);
  });
  addEventListener("paste", ({ clipboardData: { files } }) => {
    if (files.length) open(listChosen(files));
  });
}

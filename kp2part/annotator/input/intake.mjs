/** Opens files that are chosen, dropped on the page or pasted. */

/**
 * @param {HTMLInputElement} input Of type file.
 * @param {import("./opening.mjs").Desk} desk
 */
export function takeFiles(input, desk) {
  const { classList } = document.body;
  input.addEventListener("change", async () => {
    await desk.openFiles(input.files);
    input.value = ""; // So that the same file can be chosen again.
  });
  addEventListener("dragover", (event) => {
    event.preventDefault();
    classList.add("dropping");
  });
  addEventListener("dragleave", ({ relatedTarget }) => {
    if (!relatedTarget) classList.remove("dropping");
  });
  addEventListener("drop", (event) => {
    event.preventDefault();
    classList.remove("dropping");
    desk.openFiles(event.dataTransfer.files);
  });
  addEventListener("paste", ({ clipboardData }) => {
    if (clipboardData.files.length) desk.openFiles(clipboardData.files);
  });
}

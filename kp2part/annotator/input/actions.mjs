/** Binds the names of actions to keys and buttons. */

import { listen } from "./keys.mjs";

const OF_BUTTONS = {
  undo: "undo", redo: "redo", skip: "skip", hidden: "hide", add: "add",
  again: "add", swap: "swap", unset: "unset", "no-box": "box",
  "zoom-in": "zoomIn", "zoom-out": "zoomOut", "zoom-fit": "fit",
  open: "open", choose: "open", "choose-folder": "openFolder",
  folder: "openFolder", accept: "accept", "accept-all": "acceptAll",
  keys: "help", "brush-start": "brush", "brush-done": "brush",
  "brush-remove": "brushRemove", "brush-drop": "brushDrop",
};

/**
 * @param {Document} page With the elements of index.html.
 * @param {HTMLElement} stage
 * @param {Record<string, (event: Event) => void>} actions By name.
 */
export function bind(page, stage, actions) {
  const find = (id) => page.getElementById(id);
  find("help-close").addEventListener("click", () => find("help").close());
  listen(stage, actions, () => find("use-keys").checked);
  for (const [id, name] of Object.entries(OF_BUTTONS)) {
    find(id).addEventListener("click", (event) => actions[name](event));
  }
}

/**
 * Actions that are clicks on elements of the page.
 * @param {Document} page
 * @returns {Record<string, () => void>}
 */
export function clicks(page) {
  const click = (id) => () => page.getElementById(id).click();
  return {
    open: click("file"), openFolder: click("directory"),
    download: click("download"), photoBefore: click("photo-before"),
    photoAfter: click("photo-after"),
    help: () => page.getElementById("help").showModal(),
  };
}

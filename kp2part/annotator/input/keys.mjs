/** The keyboard: what each key does, and the list that "?" shows. */

import { keyOf } from "../view/keypoint_keys.mjs";

/**
 * @typedef {object} Key
 * @property {string[]} keys Values of `KeyboardEvent.key`, in lower case.
 * @property {string} shown The label on a keyboard.
 * @property {string} does In words.
 * @property {string} action Name of the action.
 * @property {boolean} [onStage] Whether only while the photo has the focus.
 */

const ARROWS = ["arrowleft", "arrowright", "arrowup", "arrowdown"];

/** @type {Key[]} */
export const KEYS = [
  { keys: ARROWS, shown: "← ↑ → ↓", action: "arrow", onStage: true,
    does: "Move the cross or the selected keypoint; Shift: farther, "
      + "Alt: the photo" },
  { keys: ["enter"], shown: "Enter", action: "enter", onStage: true,
    does: "Click where the cross is; Shift: hidden" },
  { keys: [","], shown: ",", action: "previous", does: "Previous keypoint" },
  { keys: ["."], shown: ".", action: "next", does: "Next keypoint" },
  { keys: ["s"], shown: "S", action: "skip", does: "Skip: absent" },
  { keys: ["h"], shown: "H", action: "hide", does: "Hidden, or visible again" },
  { keys: ["a"], shown: "A", action: "accept",
    does: "Accept what a model suggests; Shift: all of it" },
  { keys: ["delete", "backspace"], shown: "Delete", action: "unset",
    does: "Clear the keypoint" },
  { keys: ["x"], shown: "X", action: "swap",
    does: "Swap left and right; Shift: of this pair" },
  { keys: ["z"], shown: "Z", action: "undo", does: "Undo; Shift: redo" },
  { keys: ["y"], shown: "Y", action: "redo", does: "Redo" },
  { keys: ["b"], shown: "B", action: "box",
    does: "Draw the box again, or go without one" },
  { keys: ["n"], shown: "N", action: "add", does: "Another object" },
  { keys: ["pageup"], shown: "Page up", action: "objectBefore",
    does: "Previous object" },
  { keys: ["pagedown"], shown: "Page down", action: "objectAfter",
    does: "Next object" },
  { keys: ["<"], shown: "<", action: "photoBefore", does: "Previous photo" },
  { keys: [">"], shown: ">", action: "photoAfter", does: "Next photo" },
  { keys: ["+", "="], shown: "+", action: "zoomIn", does: "Zoom in" },
  { keys: ["-"], shown: "−", action: "zoomOut", does: "Zoom out" },
  { keys: ["0"], shown: "0", action: "fit", does: "Show all of the photo" },
  { keys: ["f"], shown: "F", action: "near", does: "Show this object large" },
  { keys: ["p"], shown: "P", action: "brush",
    does: "Correct the shape with a brush, or end that" },
  { keys: ["e"], shown: "E", action: "brushRemove",
    does: "Brush: remove, or add again" },
  { keys: ["["], shown: "[", action: "brushSmaller", does: "Brush: smaller" },
  { keys: ["]"], shown: "]", action: "brushLarger", does: "Brush: larger" },
  { keys: ["m"], shown: "M", action: "mask", does: "Hide or show the parts" },
  { keys: ["k"], shown: "K", action: "points",
    does: "Hide or show the keypoints" },
  { keys: ["o"], shown: "O", action: "open",
    does: "Open photos or a COCO file" },
  { keys: ["d"], shown: "D", action: "download", does: "Download" },
  { keys: ["?"], shown: "?", action: "help", does: "Show these keys" },
  { keys: ["escape"], shown: "Esc", action: "escape", does: "Cancel" },
];

/**
 * What a key is called here: by what is printed on it, or, where that is no
 * Latin letter, by the place that it has on a Latin keyboard.
 */
export function nameOf({ key, code = "", shiftKey }) {
  const isLatin = /^[\p{ASCII}\p{Script=Latin}]+$/u.test(key);
  if (isLatin && key !== "Process") return key.toLowerCase();
  if (/^Key[A-Z]$/.test(code)) return code.at(-1).toLowerCase();
  if (shiftKey) return { Comma: "<", Period: ">" }[code] ?? key;
  const digit = /^Digit([0-9])$/.exec(code)?.[1];
  return { Comma: ",", Period: "." }[code] ?? digit ?? key;
}

/** @returns {?Key} What a key press means here. */
export function meaningOf(event, isOnStage) {
  const { ctrlKey, metaKey, altKey } = event;
  const name = nameOf(event);
  const meant = KEYS.find(({ keys }) => keys.includes(name));
  if (!meant || (meant.onStage && !isOnStage)) return null;
  const isUndo = ["undo", "redo"].includes(meant.action);
  if ((ctrlKey || metaKey) && !isUndo) return null; // A browser shortcut.
  if (altKey && meant.action !== "arrow") return null;
  return meant;
}

/**
 * Runs the action of each key that is pressed.
 * @param {HTMLElement} stage
 * @param {Record<string, (event: KeyboardEvent) => void>} actions By name;
 *     `other` returns what another key does, if anything.
 * @param {() => boolean} isOn Whether keys of one letter work.
 */
export function listen(stage, actions, isOn) {
  addEventListener("keydown", (event) => {
    const isElsewhere = event.target.closest?.(
      "dialog, [popover], input:not([type=checkbox])");
    if (isElsewhere || event.defaultPrevented) return;
    const isLetter = event.key !== " " && !event.ctrlKey && !event.metaKey
      && ([...event.key].length === 1 || event.key === "Process");
    if (event.target.matches?.("select")) {
      if (!isLetter) return;
      event.preventDefault(); // A letter would choose from the list.
      stage.focus({ preventScroll: true });
    }
    if (isLetter && !isOn()) return;
    const meant = meaningOf(event, event.target === stage);
    const isTaken = event.ctrlKey || event.metaKey || event.altKey;
    const action = meant ? actions[meant.action]
      : !isTaken && actions.other(nameOf(event), event.shiftKey);
    if (!action) return;
    event.preventDefault();
    action(event);
  });
}

/** Writes the list of keys into a <dl>. */
export function listKeys(list) {
  const ofKeypoints = {
    shown: `${keyOf(0)} …`, does: "A keypoint: its key is beside its name; " +
      "with the brush: a part",
  };
  for (const { shown, does } of [...KEYS, ofKeypoints]) {
    const [term, text] = ["dt", "dd"].map((t) => document.createElement(t));
    const key = document.createElement("kbd");
    key.textContent = shown;
    term.append(key);
    text.textContent = does;
    list.append(term, text);
  }
}

/** Shows what to do next, above the photo. */

import { inWords, sideOf } from "../state/category.mjs";
import { suggestedBox, suggestedPoints } from "../state/suggestions.mjs";
import { pointIcon } from "./shapes.mjs";

/**
 * @param {Document} page With the elements of index.html.
 * @param {import("../state/editor.mjs").Editor} editor
 * @param {boolean} isHidden Whether the next click places a hidden keypoint.
 * @param {import("../state/brushing.mjs").Brushing} brushing
 */
export function showPrompt(page, editor, isHidden, brushing) {
  const find = (id) => page.getElementById(id);
  const { phase, object, all, category } = editor;
  find("ask").replaceChildren(...(brushing.isOn
    ? painting(editor, brushing) : instruction(editor, isHidden)));
  const point = object.points[all.current];
  const hasFocus = find("prompt").contains(page.activeElement);
  const open = suggestedPoints(object);
  const isHere = phase === "box" ? suggestedBox(object) : open[all.current];
  find("accept").hidden = !isHere;
  find("accept-all").hidden = !suggestedBox(object) && !open.some(Boolean);
  find("no-box").hidden = phase !== "box";
  find("skip").hidden = phase !== "points";
  find("hidden").hidden = phase === "box";
  find("hidden").setAttribute(
    "aria-pressed", point ? point[2] === 1 : isHidden);
  find("hidden").disabled = point?.[2] === 0;
  find("again").hidden = phase !== "done";
  find("again").textContent = `Another ${category.noun}`;
  // Keeps the keyboard working when its button disappears.
  const { activeElement } = page;
  const isLost = activeElement.hidden || activeElement.disabled
    || activeElement.closest(".choices")?.hidden;
  if (hasFocus && isLost) find("stage").focus({ preventScroll: true });
}

function painting({ all, category }, { part, isRemoving }) {
  const name = Object.assign(document.createElement("strong"), {
    textContent: part ? inWords(category.parts[part]) : "part to paint" });
  const what = !part ? "Choose the " : isRemoving ? "Remove: " : "Paint: ";
  return [what, name, ` of ${category.noun} ${all.active + 1}`];
}

function instruction({ phase, object, all, category }, isHidden) {
  const strong = (text) => Object.assign(
    document.createElement("strong"), { textContent: text });
  const note = (text) => Object.assign(
    document.createElement("span"), { className: "quiet", textContent: text });
  if (phase === "box") {
    const what = all.objects.length > 1
      ? `${category.noun} ${all.active + 1}` : category.noun;
    const how = note("Drag, or click two corners");
    return ["Draw a box around the ", strong(what), how];
  }
  if (phase === "class") {
    return ["Choose the kind of ", strong(`${category.noun} ${all.active + 1}`)];
  }
  const name = category.keypoints[all.current];
  const said = object.points.filter((point) => point).length;
  const progress = note(`${said} of ${object.points.length}`);
  if (object.points[all.current] === null) {
    const where = isHidden ? "Click where it is hidden: " : "Click the ";
    return [pointIcon(name), where, strong(inWords(name)), progress];
  }
  if (phase === "points") {
    return [pointIcon(name), "Drag to move: ", strong(inWords(name)),
      progress];
  }
  return ["All set. Drag anything that is wrong."];
}

/**
 * Describes the state for screen readers.
 * @param {import("../state/editor.mjs").Editor} editor
 * @returns {string}
 */
export function inAWord({ phase, object, all, category }) {
  if (phase === "box") return `Draw a box around the ${category.noun}.`;
  if (phase === "class") return `Choose the kind of ${category.noun}.`;
  if (phase === "done") return "All keypoints are set.";
  const name = category.keypoints[all.current];
  const side = sideOf(name) === "middle" ? "" : " (its own side)";
  const open = object.points.filter((point) => !point).length;
  return `Next: ${inWords(name)}${side}. ${open} left.`;
}

/** The controls of the brush, above the photo. */

import { inWords } from "../state/category.mjs";

// The slider is even to the eye: from 1 pixel to a quarter of the photo.
const LARGEST = 1 / 4;

/** Shows and sets what the brush paints. */
export class BrushBar {
  /**
   * @param {Document} page With the elements of index.html.
   * @param {import("../state/brushing.mjs").Brushing} brushing
   * @param {() => void} onLeave Puts the focus where work goes on.
   */
  constructor(page, brushing, onLeave) {
    this.find = (id) => page.getElementById(id);
    this.brushing = brushing;
    const part = this.find("brush-part");
    const none = new Option("Part?", "");
    none.disabled = none.hidden = true;
    part.append(none, ...brushing.editor.category.parts.slice(1).map(
      (name, i) => new Option(inWords(name), i + 1)));
    part.addEventListener("change", () => {
      brushing.choose(Number(part.value));
      onLeave();
    });
    const size = this.find("brush-size");
    size.addEventListener("input", () => {
      brushing.radius = this.#largest ** (size.value / 100);
    });
  }

  get #largest() {
    const { width, height } = this.brushing.editor.photo;
    return Math.max(2, LARGEST * Math.max(width, height));
  }

  show() {
    const { brushing, find } = this;
    find("brush").hidden = !brushing.isOn;
    find("choices").hidden = brushing.isOn;
    if (!brushing.isOn) return;
    find("brush-part").value = brushing.part ?? "";
    find("brush-part").classList.toggle("missing", !brushing.part);
    find("brush-remove").setAttribute("aria-pressed", brushing.isRemoving);
    find("brush-drop").disabled = !brushing.editor.object.shape;
    const share = Math.log(Math.max(brushing.radius, 1))
      / Math.log(this.#largest);
    find("brush-size").value = 100 * share;
    const pixels = Math.round(2 * brushing.radius);
    find("brush-size").setAttribute("aria-valuetext", `${pixels} pixels wide`);
  }

  /** Asks for the part. */
  focusPart() {
    this.find("brush-part").focus();
  }
}

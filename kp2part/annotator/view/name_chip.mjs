/** The name of the keypoint that a click would place, beside the pointer. */

import { inWords } from "../state/category.mjs";

/** Follows the mouse; a finger would cover it. */
export class NameChip {
  /**
   * @param {HTMLElement} element
   * @param {import("./stage.mjs").Stage} stage
   * @param {import("../state/editor.mjs").Editor} editor
   */
  constructor(element, stage, editor) {
    Object.assign(this, { element, editor });
    stage.element.addEventListener("pointermove", (event) => {
      const { x, y } = stage.at(event);
      element.style.transform = `translate(${x + 16}px, ${y + 14}px)`;
      const isIdle = event.pointerType === "mouse" && event.buttons === 0;
      element.hidden = !isIdle || !this.#name;
    });
    stage.element.addEventListener("pointerleave", () => {
      element.hidden = true;
    });
  }

  /** Updates the name after a change. */
  update() {
    this.element.textContent = this.#name;
    if (!this.#name) this.element.hidden = true;
  }

  get #name() {
    const { phase, object, all, category } = this.editor;
    const isOpen = phase === "points" && object.points[all.current] === null;
    return isOpen ? inWords(category.keypoints[all.current]) : "";
  }
}

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
      const isIdle = event.pointerType === "mouse" && event.buttons === 0;
      element.hidden = !isIdle || !this.#name;
      const { offsetWidth, offsetHeight } = element;
      // Left of the pointer, or above it, where the stage ends.
      const isRight = x + 16 + offsetWidth <= stage.size.width;
      const isBelow = y + 14 + offsetHeight <= stage.size.height;
      const left = isRight ? x + 16 : x - 8 - offsetWidth;
      const top = isBelow ? y + 14 : y - 8 - offsetHeight;
      element.style.transform = `translate(${left}px, ${top}px)`;
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

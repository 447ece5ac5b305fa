/** The choice of the active object's class, above the photo. */

import { inWords } from "../state/category.mjs";

const STEPS = [
  "ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Home", "End",
  "PageUp", "PageDown",
];

/** A list of classes, of which none is chosen at first. */
export class KindChoice {
  #isStepping = false; // Whether a key goes through the classes.

  /**
   * @param {HTMLSelectElement} select
   * @param {import("../state/category.mjs").Category} category
   * @param {(name: string) => void} onChoose
   * @param {() => void} onLeave Puts the focus where work goes on.
   */
  constructor(select, { classes, noun }, onChoose, onLeave) {
    Object.assign(this, { select, noun, onLeave });
    const none = new Option("Kind?", "");
    none.disabled = none.hidden = true;
    select.append(
      none, ...classes.map((name) => new Option(inWords(name), name)));
    select.hidden = classes.length < 2;
    select.addEventListener("keydown", (event) => this.#press(event));
    select.addEventListener("change", () => {
      onChoose(select.value);
      if (!this.#isStepping) onLeave();
    });
    for (const kind of ["pointerdown", "blur"]) {
      select.addEventListener(kind, () => { this.#isStepping = false; });
    }
  }

  #press(event) {
    this.#isStepping = STEPS.includes(event.key) && !event.altKey;
    if (!["Enter", "Escape"].includes(event.key)) return;
    event.preventDefault();
    this.onLeave();
  }

  /** Shows the class of the active object. */
  show({ all, object }) {
    const { select } = this;
    select.value = object.className ?? "";
    select.classList.toggle("missing", !object.className);
    select.setAttribute("aria-label", `Kind of ${this.noun} ${all.active + 1}`);
  }

  focus() {
    this.select.focus();
  }
}

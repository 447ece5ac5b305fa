/** The brush that corrects a shape, with pointer and keyboard. */

import { predictOne } from "../net/whole_photo.mjs";
import { isTelling } from "../state/annotations.mjs";

const LARGER = 1.25;

/** What keys, buttons and gestures do with the brush. */
export class BrushTool {
  #asked = 0; // Counts the requests for shapes.
  #isPainting = false;

  /**
   * @param {import("../state/brushing.mjs").Brushing} brushing
   * @param {import("../view/brush_bar.mjs").BrushBar} bar
   * @param {(text: string, isError?: boolean) => void} say
   */
  constructor(brushing, bar, say) {
    Object.assign(this, { brushing, bar, say });
    this.editor = brushing.editor;
  }

  get isOn() {
    return this.brushing.isOn;
  }

  /** @returns {Record<string, (event: Event) => void>} By name. */
  get actions() {
    const { brushing } = this;
    const whenOn = (action) => (event) => this.isOn && action(event);
    return {
      brush: () => this.#toggle(),
      brushRemove: whenOn(() => brushing.toggleRemoving()),
      brushSmaller: whenOn(() => { brushing.radius /= LARGER; }),
      brushLarger: whenOn(() => { brushing.radius *= LARGER; }),
      brushDrop: whenOn(() => this.#drop()),
    };
  }

  async #toggle() {
    const { editor, brushing } = this;
    if (!editor.photo) return;
    if (this.isOn) {
      brushing.end();
      return;
    }
    const { photo, object } = editor;
    if (!object.shape && !isTelling(object)) {
      this.say("Place two keypoints first: then there are parts to correct.");
      return;
    }
    const turn = ++this.#asked;
    try {
      const base = object.shape ? null : await this.#predict(photo, object);
      const isSame = turn === this.#asked && editor.photo === photo
        && editor.object === object;
      if (!isSame) return; // Somebody went on meanwhile.
      brushing.begin(base);
      this.say(this.#hint());
    } catch (error) {
      this.say(error.message, true);
    }
  }

  #predict(photo, object) {
    this.say("Requesting the parts at the photo's own size…");
    return predictOne(this.editor.category.model, photo, object);
  }

  #hint() {
    const { parts } = this.editor.category;
    const keys = parts.slice(1).map((name, i) => `${i + 1} ${name}`);
    return "Paint with the pointer, or with arrows and Enter. " +
      `${keys.join(", ")}.`;
  }

  #drop() {
    const index = this.editor.all.active;
    this.brushing.end();
    this.editor.settleShape(index, false);
  }

  /** Chooses a part by its number. @returns {boolean} Whether there is one. */
  choose(number) {
    const isPart = number > 0 && number < this.editor.category.parts.length;
    if (isPart) this.brushing.choose(number);
    return isPart;
  }

  /** Paints while a pointer is dragged. */
  drag(place, from) {
    if (!this.#mayPaint()) return;
    if (!this.#isPainting) this.brushing.paint(from, true);
    this.#isPainting = true;
    this.brushing.paint(place, false);
  }

  drop() {
    if (this.#isPainting) this.brushing.keep();
    this.#isPainting = false;
  }

  cancel() {
    this.#isPainting = false;
    this.brushing.revert();
  }

  /** Paints a dab, or a line from the last one. */
  dab(place, isLine) {
    if (!this.#mayPaint()) return;
    this.brushing.paint(place, !isLine);
    this.brushing.keep();
  }

  #mayPaint() {
    if (this.brushing.part) return true;
    this.say("Choose the part to paint first.", true);
    this.bar.focusPart();
    return false;
  }
}

/** Controls how the parts are shown: which of them, how opaque, with what. */

import { paint } from "../files/mask.mjs";

const SWATCH = 22; // Side in pixels.

/** Check boxes and a slider; fires "change" when one changes. */
export class PartsPanel extends EventTarget {
  #isHidden = false;

  /**
   * @param {Document} page With the elements of index.html.
   * @param {import("../state/category.mjs").Category} category
   */
  constructor(page, category) {
    super();
    const find = (id) => page.getElementById(id);
    this.slider = find("opacity");
    this.output = find("opacity-value");
    this.namesBox = find("show-names");
    this.pointsBox = find("show-points");
    const { items, boxes } = partItems(category);
    find("parts").replaceChildren(...items);
    this.boxes = boxes;
    const inputs = [this.slider, this.namesBox, this.pointsBox, ...boxes];
    for (const input of inputs) {
      input.addEventListener("input", () => this.#changed(input));
    }
  }

  /** @returns {{shown: boolean[], opacity: number, showNames: boolean}} */
  get how() {
    return {
      shown: [false, ...this.boxes.map((box) => box.checked)],
      opacity: this.#isHidden ? 0 : this.slider.value / 100,
      showNames: this.namesBox.checked,
    };
  }

  get showPoints() {
    return this.pointsBox.checked;
  }

  togglePoints() {
    this.pointsBox.click();
  }

  /** Hides all parts, or shows them again. */
  toggleMask() {
    this.#isHidden = !this.#isHidden;
    this.#tell();
  }

  #changed(input) {
    if (input === this.slider) this.#isHidden = false;
    this.#tell();
  }

  #tell() {
    const text = this.#isHidden ? "hidden" : `${this.slider.value} %`;
    this.output.textContent = text;
    this.dispatchEvent(new Event("change"));
  }
}

function partItems({ parts, colors }) {
  const items = [];
  const boxes = [];
  parts.slice(1).forEach((name, i) => {
    const item = document.createElement("li");
    const label = document.createElement("label");
    const box = Object.assign(document.createElement("input"), {
      type: "checkbox", checked: true,
    });
    label.append(box, swatch(i + 1, colors), name.replaceAll("_", " "));
    item.append(label);
    items.push(item);
    boxes.push(box);
  });
  return { items, boxes };
}

function swatch(part, colors) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SWATCH;
  const labels = new Uint16Array(SWATCH * SWATCH).fill(part);
  const shown = colors.map(() => true);
  const how = { shown, opacity: 0.8, period: 8, line: 1 };
  const pixels = paint(labels, SWATCH, colors, how);
  canvas.getContext("2d")
    .putImageData(new ImageData(pixels, SWATCH, SWATCH), 0, 0);
  return canvas;
}

/** The parts of each object as the stage shows them. */

import { labelsOf, resized } from "../state/shape.mjs";

/** Predictions, corrected shapes, and what a brush is painting. */
export class ShownParts {
  #known = new WeakMap(); // Small copies, by shape.

  /**
   * @param {import("../net/live_parts.mjs").LiveParts} live
   * @param {import("../state/brushing.mjs").Brushing} brushing
   */
  constructor(live, brushing) {
    Object.assign(this, { live, brushing });
  }

  /**
   * @param {import("../state/annotations.mjs").Annotated[]} objects
   * @param {{width: number, height: number}} size To show them in.
   * @returns {object[]} Labels of those that have parts.
   */
  of(objects, size) {
    const { live, brushing } = this;
    return objects.map((object) => {
      if (brushing.id === object.id) return resized(brushing.map, size);
      if (object.shape) return this.#small(object.shape, size);
      return live.predictions.get(object.id);
    }).filter(Boolean);
  }

  #small(shape, size) {
    if (!this.#known.has(shape)) {
      const { width, height } = shape;
      const map = { labels: labelsOf(shape), width, height };
      this.#known.set(shape, resized(map, size));
    }
    return this.#known.get(shape);
  }
}

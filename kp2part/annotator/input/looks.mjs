/** What keys and buttons do to the view of the photo. */

import { extentOf } from "../state/annotations.mjs";

const PAN = 60; // In CSS pixels.
const ZOOM = 1.3;

/** Zooms, shifts, shows the whole photo or one object. */
export class Looks {
  /**
   * @param {import("../state/editor.mjs").Editor} editor
   * @param {import("../view/stage.mjs").Stage} stage
   * @param {() => void} redraw
   */
  constructor(editor, stage, redraw) {
    Object.assign(this, { editor, stage, redraw });
  }

  /** @returns {Record<string, () => void>} By name. */
  get actions() {
    return {
      zoomIn: () => this.#zoom(ZOOM), zoomOut: () => this.#zoom(1 / ZOOM),
      fit: () => this.fit(), near: () => this.near(),
    };
  }

  #zoom(factor) {
    this.stage.zoom(factor);
    this.redraw();
  }

  /** Shifts by steps of the keyboard. */
  pan(dx, dy) {
    this.stage.pan(-dx * PAN, -dy * PAN);
  }

  /** Shows the whole photo. */
  fit() {
    this.stage.fit();
    this.redraw();
  }

  /** Shows the active object large, or the whole photo if it has no place. */
  near() {
    const extent = extentOf(this.editor.object);
    this.stage.fit();
    if (extent) this.stage.approach(extent);
    this.redraw();
  }
}

/** The keyboard's cross on the photo, and the box that is begun. */

import * as geometry from "../state/geometry.mjs";

const STEP = 12; // Of the cross, in CSS pixels.

/** Where the keyboard points, and the first corner of a box. */
export class Cross {
  /** @type {?geometry.Place} In the photo. */
  place = null;
  #corner = null; // {x, y, id} of an object.
  #hover = null; // Where the mouse is, in the photo.

  /**
   * @param {import("../state/editor.mjs").Editor} editor
   * @param {import("../view/stage.mjs").Stage} stage
   */
  constructor(editor, stage) {
    Object.assign(this, { editor, stage });
  }

  /** Moves the cross by steps; at first it is in the middle of the view. */
  move(dx, dy) {
    const { photo } = this.editor;
    const { view, size } = this.stage;
    const from = this.place ?? geometry.toPhoto(
      view, { x: size.width / 2, y: size.height / 2 });
    const step = STEP / view.scale;
    const inside = (value, length) => Math.min(Math.max(value, 0), length);
    this.place = {
      x: inside(from.x + dx * step, photo.width),
      y: inside(from.y + dy * step, photo.height),
    };
  }

  /** @returns {?geometry.Place} Where the box of the active object begins. */
  get corner() {
    const { phase, object } = this.editor;
    const isOfThis = phase === "box" && this.#corner?.id === object.id;
    return isOfThis ? this.#corner : null;
  }

  /** @returns {?geometry.Box} From its corner to where somebody points. */
  get drawnBox() {
    return this.corner && this.pointed && geometry.boxBetween(
      this.corner, this.pointed, this.editor.photo);
  }

  /**
   * Sets a corner: the first or, opposite to it, the second.
   * @returns {?geometry.Box} The box, once it has both.
   */
  setCorner(place) {
    if (this.corner) {
      return geometry.boxBetween(this.corner, place, this.editor.photo);
    }
    this.#corner = { ...place, id: this.editor.object.id };
    return null;
  }

  /** @returns {?geometry.Place} Where somebody points, in the photo. */
  get pointed() {
    return this.place ?? this.#hover;
  }

  /** Follows the mouse. */
  hover(place) {
    this.#hover = place;
  }

  forgetCorner() {
    this.#corner = null;
  }

  clear() {
    this.#corner = this.place = null;
  }
}

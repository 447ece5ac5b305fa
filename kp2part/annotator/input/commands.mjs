/** What keys and buttons do, by name. */

import * as geometry from "../state/geometry.mjs";

const STEP = 12; // Of the keyboard's cross, in CSS pixels.
const FAR = 5; // With Shift, steps are this many times as long.
const ZOOM = 1.3;
const DIRECTIONS = {
  ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1],
};

/** The keyboard's cross, and actions begun but not yet in the annotations. */
export class Commands {
  /** @type {?geometry.Place} In the photo. */
  cursor = null;
  #corner = null; // Where the keyboard began a box: {x, y, id} of an object.
  /** Whether the next keypoint is placed as hidden. */
  isHidden = false;

  /**
   * @param {import("../state/editor.mjs").Editor} editor
   * @param {import("../view/stage.mjs").Stage} stage
   * @param {() => void} redraw
   */
  constructor(editor, stage, redraw) {
    Object.assign(this, { editor, stage, redraw });
  }

  /** @returns {Record<string, (event: KeyboardEvent) => void>} */
  get actions() {
    const { editor, stage } = this;
    const zoomed = (factor) => () => {
      stage.zoom(factor);
      this.redraw();
    };
    const actions = {
      arrow: (event) => this.#arrow(event),
      enter: (event) => this.#enter(event.shiftKey),
      previous: () => editor.select(editor.all.current - 1),
      next: () => editor.select(editor.all.current + 1),
      skip: () => editor.phase === "points" && editor.skip(),
      hide: () => this.hide(),
      unset: () => editor.unset(),
      swap: (event) => editor.swapSides(
        event.shiftKey ? editor.all.current : null),
      undo: (event) => (event.shiftKey ? editor.redo() : editor.undo()),
      redo: () => editor.redo(),
      box: () => this.#box(),
      add: () => editor.addObject(),
      objectBefore: () => editor.selectObject(editor.all.active - 1),
      objectAfter: () => editor.selectObject(editor.all.active + 1),
      zoomIn: zoomed(ZOOM),
      zoomOut: zoomed(1 / ZOOM),
      fit: () => {
        stage.fit();
        this.redraw();
      },
      escape: () => this.escape(),
    };
    const withPhoto = (action) => (event) => editor.photo && action(event);
    return Object.fromEntries(Object.entries(actions).map(
      ([name, action]) => [name, withPhoto(action)]));
  }

  /** @returns {?geometry.Place} Where the keyboard began the current box. */
  get corner() {
    const { phase, object } = this.editor;
    const isOfThis = phase === "box" && this.#corner?.id === object.id;
    return isOfThis ? this.#corner : null;
  }

  /** @returns {?geometry.Box} The box that the keyboard draws. */
  get drawnBox() {
    return this.corner && this.cursor && geometry.boxBetween(
      this.corner, this.cursor, this.editor.photo);
  }

  /** Sets a corner of the box: the first or, opposite to it, the second. */
  placeCorner(place) {
    if (!this.corner) {
      this.#corner = { ...place, id: this.editor.object.id };
      return;
    }
    const box = geometry.boxBetween(this.corner, place, this.editor.photo);
    this.setBox(box);
  }

  /** Sets the box, and shows it large. */
  setBox(box) {
    this.#corner = null;
    this.editor.setBox(box);
    if (this.editor.object.box) this.stage.approach(box);
  }

  /** Places the current keypoint. */
  place(place, isHidden) {
    const v = isHidden || this.isHidden ? 1 : 2;
    this.isHidden = false;
    this.editor.place(place, v);
  }

  /** Makes the current keypoint hidden, or the next one to be placed. */
  hide() {
    const point = this.editor.object.points[this.editor.all.current];
    if (point) {
      this.editor.toggleHidden();
      return;
    }
    this.isHidden = !this.isHidden;
    this.redraw();
  }

  escape() {
    this.#corner = this.cursor = null;
    this.isHidden = false;
    this.editor.cancelMove();
  }

  #box() {
    if (this.editor.phase === "box") this.editor.goWithoutBox();
    else this.editor.redrawBox();
  }

  #arrow(event) {
    const [dx, dy] = DIRECTIONS[event.key];
    const { editor, stage } = this;
    const far = event.shiftKey ? FAR : 1;
    if (event.altKey) {
      stage.pan(-dx * STEP * FAR, -dy * STEP * FAR);
    } else if (this.#isPointSelected()) {
      editor.nudge(dx * far, dy * far);
    } else {
      this.#moveCursor(dx * far, dy * far);
    }
    this.redraw();
  }

  #isPointSelected() {
    const { all, object, phase } = this.editor;
    return phase !== "box" && object.points[all.current]?.[2] > 0;
  }

  #moveCursor(dx, dy) {
    const { photo } = this.editor;
    const { scale } = this.stage.view;
    const from = this.cursor ?? { x: photo.width / 2, y: photo.height / 2 };
    const step = STEP / scale;
    const inside = (value, length) => Math.min(Math.max(value, 0), length);
    this.cursor = {
      x: inside(from.x + dx * step, photo.width),
      y: inside(from.y + dy * step, photo.height),
    };
  }

  #enter(isHidden) {
    if (!this.cursor) this.#moveCursor(0, 0);
    else if (this.editor.phase === "box") this.placeCorner(this.cursor);
    else this.place(this.cursor, isHidden);
    this.redraw();
  }
}

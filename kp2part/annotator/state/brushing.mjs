/** The correction of one object's shape, while it goes on. */

import { changeBy, stroke } from "./brush.mjs";
import { labelsOf, runsOf } from "./shape.mjs";

/** Fires "change" when it begins or ends, and when something is painted. */
export class Brushing extends EventTarget {
  /** @type {?number} Id of the part to paint: nobody guesses it. */
  part = null;
  isRemoving = false;
  /** @type {?{labels: Uint8Array, width: number, height: number}} */
  map = null;
  #id = null; // Of the object.
  #shape = null; // Of the object, as the map shows it.
  #base = null; // Its prediction.
  #last = null; // Where the brush was last.
  #radius = null;
  #isKeeping = false;

  /** @param {import("./editor.mjs").Editor} editor */
  constructor(editor) {
    super();
    this.editor = editor;
    editor.addEventListener("change", () => this.#follow());
  }

  get isOn() {
    return this.#id !== null;
  }

  /** @returns {?number} Id of the object that is corrected. */
  get id() {
    return this.#id;
  }

  /** @returns {number} In pixels of the photo; at first an 80th of it. */
  get radius() {
    const { width, height } = this.editor.photo;
    return this.#radius ?? Math.max(width, height) / 80;
  }

  set radius(value) {
    this.#radius = Math.max(value, 0.5);
    this.#tell();
  }

  /**
   * @param {?{labels: Uint8Array, box: number[]}} base The object's prediction;
   *     null if it has a shape.
   */
  begin(base) {
    const { object } = this.editor;
    this.#base = base;
    this.#id = object.id;
    this.#show(object.shape);
  }

  end() {
    this.#id = this.map = this.#base = this.#shape = this.#last = null;
    this.#tell();
  }

  choose(part) {
    this.part = part;
    this.#tell();
  }

  toggleRemoving() {
    this.isRemoving = !this.isRemoving;
    this.#tell();
  }

  /** Paints on from where the brush was, or a dab. */
  paint(place, isFirst) {
    const from = isFirst ? place : this.#last ?? place;
    const change = changeBy(this.part, this.isRemoving);
    stroke(this.map, from, place, this.radius, change);
    this.#last = place;
    this.#tell();
  }

  /** Makes what was painted a step that can be undone. */
  keep() {
    if (!this.isOn) return;
    const { photo: { width, height }, object } = this.editor;
    const box = object.shape?.box ?? this.#base?.box ?? null;
    const runs = runsOf(this.map.labels);
    this.#isKeeping = true; // The map shows it already.
    this.#shape = this.editor.setShape({ width, height, runs, box });
    this.#isKeeping = false;
  }

  /** Forgets what was painted since the last step. */
  revert() {
    if (this.isOn) this.#show(this.#shape);
  }

  /** Follows undo, other tabs, another object. */
  #follow() {
    if (!this.isOn || this.#isKeeping) return;
    const { object } = this.editor;
    const isGone = object.id !== this.#id || !(object.shape ?? this.#base);
    if (isGone) this.end();
    else if ((object.shape ?? null) !== this.#shape) this.#show(object.shape);
  }

  #show(shape = null) {
    const { width, height } = this.editor.photo;
    const labels = shape ? labelsOf(shape) : this.#base.labels.slice();
    this.map = { labels, width, height };
    this.#shape = shape;
    this.#tell();
  }

  #tell() {
    this.dispatchEvent(new Event("change"));
  }
}

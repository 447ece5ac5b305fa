/** Shows the photo and its mask, zoomed and shifted, and the marks on top. */

import * as geometry from "../state/geometry.mjs";
import { drawMarks } from "./marks.mjs";
import { compose, namePlaces, paint } from "../files/mask.mjs";

const REACH = { mouse: 11, pen: 16, touch: 24 }; // In CSS pixels.
const NEARER = 1.35; // Zooms in only if things become this much larger.
const PATTERN_PERIOD = 11; // In CSS pixels, when the whole photo is shown.
const MIN_NAMED_AREA = 2000; // Of a part, in square CSS pixels, likewise.

/** The photo on the screen. */
export class Stage {
  /** @type {?geometry.View} */
  view = null;
  #photo = null;
  #names = [];

  /** @param {HTMLElement} element With .world, canvas and .marks inside. */
  constructor(element) {
    this.element = element;
    this.world = element.querySelector(".world");
    this.canvas = element.querySelector(".world canvas");
    this.layer = element.querySelector(".marks");
  }

  /** Shows another photo as a whole. */
  open(photo) {
    this.#photo?.image.remove();
    this.#photo = photo;
    this.#names = [];
    photo.image.alt = "";
    photo.image.draggable = false;
    this.world.prepend(photo.image);
    this.canvas.width = this.canvas.height = 0;
    this.world.style.width = `${photo.width}px`;
    this.world.style.height = `${photo.height}px`;
    this.fit();
  }

  get size() {
    const { clientWidth, clientHeight } = this.element;
    return { width: clientWidth, height: clientHeight };
  }

  fit() {
    const margin = Math.min(28, this.size.width / 24);
    this.#look(geometry.fit(this.#photo, this.size, margin));
  }

  /** Zooms in on an object that is small on the screen. */
  approach(box) {
    const margin = this.size.width / 12;
    const near = geometry.fitBox(box, this.size, margin);
    if (near.scale > NEARER * this.view.scale) this.#look(near);
  }

  pan(dx, dy) {
    this.#look(geometry.pan(this.view, dx, dy, this.#photo, this.size));
  }

  /** Zooms around a place on the screen, by default the middle. */
  zoom(factor, at = { x: this.size.width / 2, y: this.size.height / 2 }) {
    const least = Math.min(0.5, geometry.fit(this.#photo, this.size).scale / 2);
    this.#look(geometry.zoom(this.view, factor, at, least));
    this.pan(0, 0);
  }

  #look(view) {
    this.view = view;
    this.world.style.transform =
      `translate(${view.x}px, ${view.y}px) scale(${view.scale})`;
    this.world.classList.toggle("magnified", view.scale > 3);
  }

  /** @returns {geometry.Place} On this element, of a pointer event. */
  at(event) {
    const { left, top } = this.element.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  }

  /**
   * Finds what can be dragged at a place on the screen.
   * @param {import("../state/annotations.mjs").Annotated} object
   * @param {string} pointerType Fingers reach farther.
   * @returns {?({point: number} | {handle: string})}
   */
  hit(object, at, pointerType) {
    const targets = object.points.flatMap((p, point) => (
      p?.[2] ? [{ target: { point }, place: geometry.placeOf(p) }] : []));
    const corners = object.box ? geometry.handles(object.box) : {};
    for (const [handle, place] of Object.entries(corners)) {
      targets.push({ target: { handle }, place });
    }
    let nearest = null;
    let least = REACH[pointerType] ?? REACH.mouse;
    for (const { target, place } of targets) {
      const { x, y } = geometry.toScreen(this.view, place);
      const distance = Math.hypot(x - at.x, y - at.y);
      if (distance < least) [nearest, least] = [target, distance];
    }
    return nearest;
  }

  /**
   * Paints the predicted parts.
   * @param {import("../net/client.mjs").Parts[]} predictions
   * @param {import("../state/category.mjs").Category} category
   * @param {{shown: boolean[], opacity: number, showNames: boolean}} how
   */
  paint(predictions, category, { shown, opacity, showNames }) {
    const { width = 0, height = 0 } = predictions[0] ?? {};
    Object.assign(this.canvas, { width, height });
    this.#names = [];
    if (!predictions.length) return;
    const composed = compose(predictions.map((p) => p.labels), width * height);
    // The same size on the screen for small and for large photos.
    const pixel = geometry.fit(this.#photo, this.size).scale
      * this.#photo.width / width;
    const pixels = paint(composed, width, category.colors, {
      shown, opacity, period: PATTERN_PERIOD / pixel,
      line: Math.max(1, Math.round(1.5 / pixel)),
    });
    this.canvas.getContext("2d")
      .putImageData(new ImageData(pixels, width, height), 0, 0);
    if (!showNames || !opacity) return;
    const scale = this.#photo.width / width;
    this.#names = namePlaces(composed, width, MIN_NAMED_AREA / pixel ** 2)
      .filter(({ part }) => shown[part])
      .map(({ part, x, y }) => ({ part, x: x * scale, y: y * scale }));
  }

  /** Draws all marks; see `drawMarks`. */
  draw(scene) {
    drawMarks(this.layer, { ...scene, view: this.view, names: this.#names });
  }
}

/** Turns pointer events on the stage into clicks, drags, pans and pinches. */

const CLICK_REACH = { mouse: 4, pen: 8, touch: 10 }; // In CSS pixels.
const WHEEL_SPEED = 0.0016;

/**
 * @typedef {import("../state/geometry.mjs").Place} Place On the stage.
 * @typedef {object} Responses
 * @property {(at: Place, event: PointerEvent) => ?object} grab What a drag from
 *     here would move; null pans the photo.
 * @property {(at: Place, event: PointerEvent) => void} click
 * @property {(target: object, at: Place, from: Place) => void} drag
 * @property {(target: object) => void} drop
 * @property {(target: object) => void} cancel
 * @property {(at: Place) => void} hover Of a mouse without a button.
 * @property {(dx: number, dy: number) => void} pan
 * @property {(factor: number, at: Place) => void} zoom
 */

/** The gestures on one element. */
export class Gestures {
  #pointers = new Map();
  #start = null; // {at, target, moved, isShift} of a single pointer.
  #isSpaceHeld = false;

  /**
   * @param {HTMLElement} element
   * @param {Responses} responses
   */
  constructor(element, responses) {
    this.element = element;
    this.on = responses;
    element.addEventListener("pointerdown", (e) => this.#down(e));
    element.addEventListener("pointermove", (e) => this.#move(e));
    element.addEventListener("pointerup", (e) => this.#up(e));
    element.addEventListener("pointercancel", (e) => this.#abort(e));
    element.addEventListener(
      "wheel", (e) => this.#wheel(e), { passive: false });
    element.addEventListener("contextmenu", (e) => e.preventDefault());
    addEventListener("keydown", (e) => this.#space(e, true));
    addEventListener("keyup", (e) => this.#space(e, false));
  }

  #at(event) {
    const { left, top } = this.element.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  }

  #down(event) {
    this.element.setPointerCapture(event.pointerId);
    const at = this.#at(event);
    this.#pointers.set(event.pointerId, at);
    if (this.#pointers.size > 1) {
      this.giveUp(); // A second finger: neither a click nor a drag.
      return;
    }
    const isShift = event.button !== 0 || this.#isSpaceHeld;
    const target = isShift ? null : this.on.grab(at, event);
    this.#start = { at, target, moved: false, isShift };
  }

  #move(event) {
    const before = this.#pointers.get(event.pointerId);
    const at = this.#at(event);
    if (!before) {
      this.on.hover(at);
      return;
    }
    if (this.#pointers.size === 2) this.#pinch(event.pointerId, before, at);
    this.#pointers.set(event.pointerId, at);
    if (this.#start && this.#pointers.size === 1) {
      this.#slide(event, before, at);
    }
  }

  #slide(event, before, at) {
    const { at: from, target } = this.#start;
    const reach = CLICK_REACH[event.pointerType] ?? CLICK_REACH.mouse;
    const distance = Math.hypot(at.x - from.x, at.y - from.y);
    this.#start.moved ||= distance > reach;
    if (!this.#start.moved) return;
    if (target) this.on.drag(target, at, from);
    else this.on.pan(at.x - before.x, at.y - before.y);
  }

  #pinch(id, before, at) {
    const [other] = [...this.#pointers].filter(([i]) => i !== id);
    const fixed = other[1];
    const span = (p) => Math.hypot(p.x - fixed.x, p.y - fixed.y);
    const middle = { x: (at.x + fixed.x) / 2, y: (at.y + fixed.y) / 2 };
    this.on.pan((at.x - before.x) / 2, (at.y - before.y) / 2);
    if (span(before) > 0) this.on.zoom(span(at) / span(before), middle);
  }

  #up(event) {
    this.#pointers.delete(event.pointerId);
    const start = this.#start;
    this.#start = null;
    if (!start) return;
    if (start.moved && start.target) this.on.drop(start.target);
    if (!start.moved && !start.isShift) this.on.click(start.at, event);
  }

  #abort(event) {
    this.#pointers.delete(event.pointerId);
    this.giveUp();
  }

  /** Cancels the gesture under way. */
  giveUp() {
    if (this.#start?.target) this.on.cancel(this.#start.target);
    this.#start = null;
  }

  #wheel(event) {
    event.preventDefault();
    const pixels = event.deltaY * (event.deltaMode ? 32 : 1);
    // A trackpad's pinch comes as a wheel with Ctrl, in small steps.
    const speed = WHEEL_SPEED * (event.ctrlKey ? 6 : 1);
    this.on.zoom(Math.exp(-pixels * speed), this.#at(event));
  }

  #space(event, isHeld) {
    if (event.code !== "Space" || event.target !== this.element) return;
    event.preventDefault();
    this.#isSpaceHeld = isHeld;
    this.element.classList.toggle("shifting", isHeld);
  }
}

/** What keys and buttons do, by name. */

import { keypointOf } from "../view/keypoint_keys.mjs";
import { Cross } from "./cross.mjs";
import { Looks } from "./looks.mjs";

const FAR = 5; // With Shift, steps are this many times as long.
const DIRECTIONS = {
  ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1],
};

/** What people tell the page to do with the open photo. */
export class Commands {
  /** Whether the next keypoint is placed as hidden. */
  isHidden = false;
  /** @type {import("./brush_tool.mjs").BrushTool} Set before anything else. */
  brush;

  /**
   * @param {import("../state/editor.mjs").Editor} editor
   * @param {import("../view/stage.mjs").Stage} stage
   * @param {() => void} redraw
   */
  constructor(editor, stage, redraw) {
    Object.assign(this, { editor, stage, redraw });
    this.cross = new Cross(editor, stage);
    this.looks = new Looks(editor, stage, redraw);
  }

  /** @returns {Record<string, (event: KeyboardEvent) => void>} */
  get actions() {
    const { editor, looks } = this;
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
      accept: (event) => (
        event.shiftKey ? editor.acceptAll() : editor.accept()),
      acceptAll: () => editor.acceptAll(),
      add: () => {
        editor.addObject();
        looks.fit(); // To see where it is.
      },
      objectBefore: () => this.#turnTo(editor.all.active - 1),
      objectAfter: () => this.#turnTo(editor.all.active + 1),
      ...looks.actions,
      escape: () => this.escape(),
    };
    const withPhoto = (action) => (event) => editor.photo && action(event);
    return Object.fromEntries(Object.entries(actions).map(
      ([name, action]) => [name, withPhoto(action)]));
  }

  /** What a key does that is no command: it means a keypoint or a part. */
  other(name, shiftKey) {
    const { editor, brush } = this;
    if (!editor.photo) return null;
    if (brush.isOn) return /^[1-9]$/.test(name) && (() => brush.choose(+name));
    const count = editor.category.keypoints.length;
    const keypoint = keypointOf(name, shiftKey, count);
    return keypoint >= 0 && (() => editor.select(keypoint));
  }

  #turnTo(index) {
    this.editor.selectObject(index);
    this.looks.near();
  }

  /** Sets a corner of the box: the first or, opposite to it, the second. */
  placeCorner(place) {
    const box = this.cross.setCorner(place);
    if (box) this.setBox(box);
    this.redraw();
  }

  /** Sets the box, and shows it large. */
  setBox(box) {
    this.cross.forgetCorner();
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
    if (this.brush.isOn) this.brush.cancel();
    this.cross.clear();
    this.isHidden = false;
    this.editor.cancelMove();
  }

  #box() {
    if (this.editor.phase === "box") this.editor.goWithoutBox();
    else this.editor.redrawBox();
  }

  #arrow(event) {
    const [dx, dy] = DIRECTIONS[event.key];
    const { editor, looks } = this;
    const far = event.shiftKey ? FAR : 1;
    if (event.altKey) {
      looks.pan(dx, dy);
    } else if (this.#isPointSelected()) {
      editor.nudge(dx * far, dy * far);
    } else {
      this.cross.move(dx * far, dy * far);
    }
    this.redraw();
  }

  #isPointSelected() {
    const { all, object, phase } = this.editor;
    return !this.brush.isOn && phase !== "box"
      && object.points[all.current]?.[2] > 0;
  }

  #enter(isHidden) {
    const { cross, brush } = this;
    if (!cross.place) cross.move(0, 0);
    else if (brush.isOn) brush.dab(cross.place, isHidden);
    else if (this.editor.phase === "box") this.placeCorner(cross.place);
    else this.place(cross.place, isHidden);
    this.redraw();
  }
}

/** What follows the annotations on the screen, drawn once a frame. */

import { BrushBar } from "./brush_bar.mjs";
import { KindChoice } from "./kind.mjs";
import { NameChip } from "./name_chip.mjs";
import { Figure, listKeypoints, listObjects } from "./panel.mjs";
import { showPrompt } from "./prompt.mjs";
import { ShownParts } from "./shown_parts.mjs";

/**
 * @typedef {object} Pending What somebody has begun, but not yet done.
 * @property {boolean} isHidden Whether the next keypoint is hidden.
 * @property {?import("../state/geometry.mjs").Box} drawn Unfinished box.
 * @property {?import("../state/geometry.mjs").Place} cursor Of the keyboard.
 * @property {?import("../state/geometry.mjs").Place} pointed Where somebody
 *     points, by whatever means.
 */

/** The stage, the prompt above it and the panel beside it. */
export class Screen {
  #isDue = false; // Whether a frame is already requested.
  #isMaskDue = false;

  /**
   * @param {Document} page With the elements of index.html.
   * @param {import("../state/editor.mjs").Editor} editor
   * @param {import("./stage.mjs").Stage} stage
   * @param {import("./parts_panel.mjs").PartsPanel} parts
   * @param {import("../net/live_parts.mjs").LiveParts} live
   * @param {import("../state/brushing.mjs").Brushing} brushing
   * @param {() => Pending} pending
   */
  constructor(page, editor, stage, parts, live, brushing, pending) {
    Object.assign(
      this, { page, editor, stage, parts, live, brushing, pending });
    this.shown = new ShownParts(live, brushing);
    this.brushBar = new BrushBar(page, brushing, () => this.focus());
    const { category } = editor;
    this.figure = new Figure(
      this.find("figure"), category, (k) => editor.select(k));
    this.kind = new KindChoice(
      this.find("kind"), category, (name) => editor.setClass(name),
      () => this.focus());
    this.chip = new NameChip(this.find("chip"), stage, editor);
  }

  find(id) {
    return this.page.getElementById(id);
  }

  /** Puts the keyboard's focus on the photo. */
  focus() {
    this.stage.element.focus({ preventScroll: true });
  }

  /** Draws in the next frame, however often it is called before. */
  redraw(withMask = false) {
    this.#isMaskDue ||= withMask;
    if (this.#isDue) return;
    this.#isDue = true;
    requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    this.#isDue = false;
    const { editor, stage, parts, live } = this;
    if (!editor.photo) return;
    if (this.#isMaskDue) this.#paint();
    const { isHidden, drawn, cursor, pointed } = this.pending();
    const { all, category } = editor;
    const { isOn, radius } = this.brushing;
    const brush = isOn && pointed ? { ...pointed, radius } : null;
    const showPoints = parts.showPoints && !isOn;
    stage.draw({ all, category, showPoints, drawn, cursor, brush });
    showPrompt(this.page, editor, isHidden, this.brushing);
    this.brushBar.show();
    this.kind.show(editor);
    this.#list();
    this.find("undo").disabled = !editor.canUndo;
    this.find("redo").disabled = !editor.canRedo;
    this.chip.update();
    this.page.body.dataset.phase = editor.phase;
    this.page.body.dataset.brush = isOn ? "on" : "off";
    this.page.body.dataset.predictions = live.predictions.size;
  }

  #list() {
    const { editor } = this;
    const { all, object, category } = editor;
    this.figure.show(object, all.current);
    listKeypoints(this.find("keypoints"), category, object, all.current,
      (k) => editor.select(k));
    listObjects(this.find("objects"), all, category, {
      select: (i) => editor.selectObject(i),
      remove: (i) => {
        editor.removeObject(i);
        this.focus();
      },
    });
    const said = object.points.filter((point) => point).length;
    this.find("count").textContent = `${said} of ${object.points.length}`;
  }

  #paint() {
    this.#isMaskDue = false;
    const { editor, parts } = this;
    const { objects } = editor.all;
    const shown = this.shown.of(objects, editor.photo.liveSize);
    this.stage.paint(shown, editor.category, parts.how);
  }
}

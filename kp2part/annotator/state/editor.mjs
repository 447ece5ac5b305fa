/** The annotations of the open photo, and everything that changes them. */

import * as annotations from "./annotations.mjs";
import * as geometry from "./geometry.mjs";
import { History } from "./history.mjs";

/**
 * Fires "change" after each change, "keep" after each complete step, "choose"
 * when a class is chosen.
 */
export class Editor extends EventTarget {
  /** @type {?{name: string, width: number, height: number}} A `Photo`. */
  photo = null;
  #history;
  #chosenClass = null;

  /** @param {import("./category.mjs").Category} category */
  constructor(category) {
    super();
    this.category = category;
    this.chosenClass = category.classes.length === 1
      ? category.classes[0] : null;
    this.#history = new History(this.#blank());
  }

  #blank() {
    return annotations.blank(
      this.chosenClass, this.category.keypoints.length);
  }

  /** @returns {?string} The class of new objects: the one chosen last. */
  get chosenClass() {
    return this.#chosenClass;
  }

  /** Ignores a class that the model does not have. */
  set chosenClass(name) {
    if (this.#isClass(name)) this.#chosenClass = name;
  }

  #isClass(name) {
    return this.category.classes.includes(name);
  }

  /** @param {?annotations.Annotated[]} objects Saved earlier. */
  open(photo, objects = null) {
    this.photo = photo;
    this.#history = new History(
      objects ? this.#withAll(objects) : this.#blank());
    this.dispatchEvent(new Event("change"));
  }

  /** @returns {annotations.Annotations} The current state. */
  get all() {
    return this.#history.state;
  }

  get object() {
    return annotations.activeObject(this.all);
  }

  get phase() {
    return annotations.phase(this.all);
  }

  get canUndo() {
    return this.#history.canUndo;
  }

  get canRedo() {
    return this.#history.canRedo;
  }

  undo() {
    this.#history.undo();
    this.#tell();
  }

  redo() {
    this.#history.redo();
    this.#tell();
  }

  /** Replaces all objects by those of a file. */
  replaceAll(objects) {
    this.#commit(this.#withAll(objects));
  }

  /**
   * Shows what another tab has saved, as a step that can be undone.
   * @returns {boolean} Whether it differs from what was shown.
   */
  follow(objects) {
    const { all, object } = this;
    if (JSON.stringify(objects) === JSON.stringify(all.objects)) return false;
    const next = this.#withAll(objects);
    this.#history.commit(annotations.lookAt(next, object.id, all.current));
    this.dispatchEvent(new Event("change"));
    return true;
  }

  /** Sets the box of the active object, unless it is too small. */
  setBox(box) {
    if (!geometry.isBox(box)) return;
    this.#commit(annotations.change(this.all, { box, boxless: false }));
  }

  /** Goes without a box: the keypoints show where the object is. */
  goWithoutBox() {
    this.#commit(annotations.change(this.all, { box: null, boxless: true }));
  }

  /** Removes the box, to draw it again. */
  redrawBox() {
    this.#commit(annotations.change(this.all, { box: null, boxless: false }));
  }

  /** Puts the current keypoint at a place in the photo, v = 1 or 2. */
  place(place, v = 2) {
    const point = [...geometry.keypointAt(place, this.photo), v];
    this.#commit(annotations.decide(this.all, this.all.current, point));
  }

  /** Moves a keypoint while it is dragged; `endMove` makes it a step. */
  movePoint(index, place) {
    const v = this.object.points[index]?.[2] || 2;
    const point = [...geometry.keypointAt(place, this.photo), v];
    const moved = annotations.setPoint(this.all, index, point);
    // Correcting a point does not change which keypoint comes next.
    const isOpen = this.object.points[this.all.current] === null;
    const current = isOpen ? this.all.current : index;
    this.#preview({ ...moved, current });
  }

  /** Moves a handle of the box while it is dragged. */
  moveHandle(handle, place) {
    if (!this.object.box) return; // Removed during the drag.
    const box = geometry.resize(this.object.box, handle, place, this.photo);
    if (geometry.isBox(box)) {
      this.#preview(annotations.change(this.all, { box }));
    }
  }

  endMove() {
    this.#commit(this.all);
  }

  cancelMove() {
    this.#history.cancel();
    this.dispatchEvent(new Event("change"));
  }

  /** Moves the current keypoint by pixels of the photo. */
  nudge(dx, dy) {
    const point = this.object.points[this.all.current];
    const { x, y } = geometry.placeOf(point);
    this.movePoint(this.all.current, { x: x + dx, y: y + dy });
    this.endMove();
  }

  /** Marks the current keypoint as absent. */
  skip() {
    const { current } = this.all;
    this.#commit(annotations.decide(this.all, current, [0, 0, 0]));
  }

  /** Clears the current keypoint. */
  unset() {
    this.#commit(annotations.setPoint(this.all, this.all.current, null));
  }

  /** Toggles the current keypoint between seen and hidden, if placed. */
  toggleHidden() {
    const { current } = this.all;
    const [x, y, v] = this.object.points[current] ?? [0, 0, 0];
    if (!v) return;
    this.#commit(annotations.setPoint(this.all, current, [x, y, 3 - v]));
  }

  swapSides(only = null) {
    const { mirror } = this.category;
    this.#commit(annotations.swapSides(this.all, mirror, only));
  }

  addObject() {
    this.#commit(annotations.addObject(
      this.all, this.chosenClass, this.object.points.length));
  }

  removeObject(index = this.all.active) {
    this.#commit(
      annotations.removeObject(this.all, index, this.chosenClass));
  }

  setClass(className) {
    this.chosenClass = className;
    this.#commit(annotations.change(this.all, { className }));
    this.dispatchEvent(new Event("choose"));
  }

  /** Selects a keypoint. */
  select(index) {
    const count = this.category.keypoints.length;
    const current = (index + count) % count;
    this.#history.amend({ ...this.all, current });
    this.#tell();
  }

  /** Selects the first keypoint not annotated yet. */
  selectOpen() {
    this.select(annotations.firstOpen(this.object.points));
  }

  /** Selects an object. */
  selectObject(index) {
    const { objects } = this.all;
    const active = (index + objects.length) % objects.length;
    const current = annotations.firstOpen(objects[active].points);
    this.#history.amend({ ...this.all, active, current });
    this.#tell();
  }

  #preview(all) {
    this.#history.preview(all);
    this.dispatchEvent(new Event("change"));
  }

  #commit(all) {
    this.#history.commit(all);
    this.#tell();
  }

  #tell() {
    this.dispatchEvent(new Event("change"));
    this.dispatchEvent(new Event("keep"));
  }

  #withAll(objects) {
    const active = objects.length - 1;
    const current = annotations.firstOpen(objects[active].points);
    const known = objects.map((object) => ({
      ...object, className: this.#isClass(object.className)
        ? object.className : null,
    }));
    return { objects: known, active, current };
  }
}

/** The open photo, its annotations with their history, and who is active. */

import * as annotations from "./annotations.mjs";
import { History } from "./history.mjs";

/**
 * Fires "change" after each change, "keep" after each complete step, "choose"
 * when a class is chosen.
 */
export class Session extends EventTarget {
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
    this.commit(this.#withAll(objects));
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

  addObject() {
    this.commit(annotations.addObject(
      this.all, this.chosenClass, this.object.points.length));
  }

  removeObject(index = this.all.active) {
    this.commit(annotations.removeObject(this.all, index, this.chosenClass));
  }

  setClass(className) {
    this.chosenClass = className;
    this.commit(annotations.change(this.all, { className }));
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

  /** Shows a state while something is dragged. */
  preview(all) {
    this.#history.preview(all);
    this.dispatchEvent(new Event("change"));
  }

  /** Makes a state a step that can be undone. */
  commit(all) {
    this.#history.commit(all);
    this.#tell();
  }

  endMove() {
    this.commit(this.all);
  }

  cancelMove() {
    this.#history.cancel();
    this.dispatchEvent(new Event("change"));
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

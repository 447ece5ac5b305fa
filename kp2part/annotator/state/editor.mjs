/** Everything that changes the active object of the open photo. */

import * as annotations from "./annotations.mjs";
import * as geometry from "./geometry.mjs";
import { Session } from "./session.mjs";
import { isStale, ownerOf } from "./shape.mjs";
import { acceptAll, acceptNext } from "./suggestions.mjs";

/** See `Session` for its events. */
export class Editor extends Session {
  /** Sets the box of the active object, unless it is too small. */
  setBox(box) {
    if (!geometry.isBox(box)) return;
    this.commit(annotations.change(this.all, { box, boxless: false }));
  }

  /** Goes without a box: the keypoints show where the object is. */
  goWithoutBox() {
    this.commit(annotations.change(this.all, { box: null, boxless: true }));
  }

  /** Removes the box, to draw it again. */
  redrawBox() {
    this.commit(annotations.change(this.all, { box: null, boxless: false }));
  }

  /** Puts the current keypoint at a place in the photo, v = 1 or 2. */
  place(place, v = 2) {
    const point = [...geometry.keypointAt(place, this.photo), v];
    this.commit(annotations.decide(this.all, this.all.current, point));
  }

  /** Moves a keypoint while it is dragged; `endMove` makes it a step. */
  movePoint(index, place) {
    const v = this.object.points[index]?.[2] || 2;
    const point = [...geometry.keypointAt(place, this.photo), v];
    const moved = annotations.setPoint(this.all, index, point);
    // Correcting a point does not change which keypoint comes next.
    const isOpen = this.object.points[this.all.current] === null;
    const current = isOpen ? this.all.current : index;
    this.preview({ ...moved, current });
  }

  /** Moves a handle of the box while it is dragged. */
  moveHandle(handle, place) {
    if (!this.object.box) return; // Removed during the drag.
    const box = geometry.resize(this.object.box, handle, place, this.photo);
    if (geometry.isBox(box)) {
      this.preview(annotations.change(this.all, { box }));
    }
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
    this.commit(annotations.decide(this.all, current, [0, 0, 0]));
  }

  /** Clears the current keypoint. */
  unset() {
    this.commit(annotations.setPoint(this.all, this.all.current, null));
  }

  /** Toggles the current keypoint between seen and hidden, if placed. */
  toggleHidden() {
    const { current } = this.all;
    const [x, y, v] = this.object.points[current] ?? [0, 0, 0];
    if (!v) return;
    this.commit(annotations.setPoint(this.all, current, [x, y, 3 - v]));
  }

  swapSides(only = null) {
    const { mirror } = this.category;
    this.commit(annotations.swapSides(this.all, mirror, only));
  }

  /** Accepts what a model suggests here: the box, or the current keypoint. */
  accept() {
    const next = acceptNext(this.all);
    if (next) this.commit(next);
  }

  /** Accepts all that a model suggests for the active object. */
  acceptAll() {
    const next = acceptAll(this.all);
    if (next) this.commit(next);
  }

  /**
   * Corrects the shape of the active object.
   * @param {Omit<import("./shape.mjs").Shape, "of">} fields
   * @returns {import("./shape.mjs").Shape} As it is kept.
   */
  setShape(fields) {
    const shape = { ...fields, of: ownerOf(this.object) };
    this.commit(annotations.change(this.all, { shape }));
    return shape;
  }

  /** @returns {number} Index of an object with a stale shape, or -1. */
  get staleShape() {
    return this.all.objects.findIndex(isStale);
  }

  /** Keeps the shape of an object that has changed, or gives it up. */
  settleShape(index, isKept) {
    const objects = this.all.objects.map((object, i) => {
      if (i !== index) return object;
      const shape = isKept ? { ...object.shape, of: ownerOf(object) } : null;
      return { ...object, shape };
    });
    this.commit({ ...this.all, objects });
  }
}

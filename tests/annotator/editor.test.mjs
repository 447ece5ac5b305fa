import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { isTelling, rows } from "../../kp2part/annotator/state/annotations.mjs";
import { readCategory } from "../../kp2part/annotator/state/category.mjs";
import { Editor } from "../../kp2part/annotator/state/editor.mjs";
import { FIELDS } from "./category.fixture.mjs";

const PHOTO = { name: "x.jpg", width: 30, height: 20, close() {} };
let editor;

beforeEach(() => {
  editor = new Editor(readCategory(FIELDS));
  editor.open(PHOTO);
});

function placeAll() {
  editor.setBox([1, 2, 20, 18]);
  for (const x of [1, 2, 3, 4]) editor.place({ x: x + 0.5, y: 5.5 });
}

test("the box, the keypoints in order, the class; then all is set", () => {
  assert.equal(editor.phase, "box");
  editor.setBox([1, 2, 3, 4]); // Too small: a slip of the hand.
  assert.equal(editor.phase, "box");
  editor.setBox([1, 2, 20, 18]);
  assert.equal(editor.phase, "points");
  editor.place({ x: 3.5, y: 4.5 });
  editor.place({ x: 6.5, y: 4.5 }, 1);
  assert.equal(editor.all.current, 2);
  editor.skip();
  editor.place({ x: 8.5, y: 4.5 });
  assert.equal(editor.phase, "class");
  editor.setClass("armchair");
  assert.equal(editor.phase, "done");
  assert.deepEqual(
    rows(editor.object), [[3, 4, 2], [6, 4, 1], [0, 0, 0], [8, 4, 2]]);
});

test("the next keypoint is the first one that is open after the last", () => {
  editor.goWithoutBox();
  editor.select(2);
  editor.place({ x: 1, y: 1 });
  assert.equal(editor.all.current, 3);
  editor.place({ x: 1, y: 1 });
  assert.equal(editor.all.current, 0);
});

test("two keypoints say enough to ask the model", () => {
  editor.goWithoutBox();
  editor.place({ x: 1, y: 1 });
  editor.skip();
  assert.ok(!isTelling(editor.object));
  editor.place({ x: 5, y: 5 }, 1);
  assert.ok(isTelling(editor.object));
});

test("a drag is one step of the history, however far it goes", () => {
  placeAll();
  for (const x of [10, 11, 12]) editor.movePoint(0, { x: x + 0.5, y: 5.5 });
  editor.endMove();
  assert.deepEqual(editor.object.points[0], [12, 5, 2]);
  editor.undo();
  assert.deepEqual(editor.object.points[0], [1, 5, 2]);
  editor.redo();
  assert.deepEqual(editor.object.points[0], [12, 5, 2]);
});

test("a drag that is given up leaves nothing", () => {
  placeAll();
  editor.movePoint(0, { x: 12.5, y: 5.5 });
  editor.cancelMove();
  assert.deepEqual(editor.object.points[0], [1, 5, 2]);
  editor.undo();
  assert.equal(editor.object.points[3], null);
});

test("undo goes back to an empty photo, and a new step ends redo", () => {
  placeAll();
  while (editor.canUndo) editor.undo();
  assert.equal(editor.phase, "box");
  editor.redo();
  editor.place({ x: 9.5, y: 9.5 });
  assert.ok(!editor.canRedo);
});

test("left and right are exchanged, or one pair, or the middle not", () => {
  placeAll();
  editor.swapSides();
  assert.deepEqual(editor.object.points.map((p) => p[0]), [1, 3, 2, 4]);
  editor.swapSides(2);
  assert.deepEqual(editor.object.points.map((p) => p[0]), [1, 2, 3, 4]);
  editor.swapSides(3);
  assert.deepEqual(editor.object.points.map((p) => p[0]), [1, 2, 3, 4]);
});

test("hidden and seen take turns; an absent keypoint is neither", () => {
  placeAll();
  editor.select(1);
  editor.toggleHidden();
  assert.deepEqual(editor.object.points[1], [2, 5, 1]);
  editor.toggleHidden();
  assert.deepEqual(editor.object.points[1], [2, 5, 2]);
  editor.unset();
  editor.skip();
  editor.select(1);
  editor.toggleHidden();
  assert.deepEqual(editor.object.points[1], [0, 0, 0]);
});

test("several objects: added, chosen, named and removed", () => {
  placeAll();
  editor.setClass("stool");
  editor.addObject();
  assert.equal(editor.phase, "box");
  editor.setClass("armchair");
  editor.selectObject(2); // Beyond the last is the first.
  assert.equal(editor.object.className, "stool");
  editor.removeObject(0);
  assert.deepEqual(
    editor.all.objects.map((o) => [o.id, o.className]), [[2, "armchair"]]);
  editor.addObject();
  const ids = editor.all.objects.map((o) => o.id);
  assert.notEqual(ids[0], ids[1]);
  editor.removeObject(0);
  editor.removeObject(0);
  assert.equal(editor.all.objects.length, 1);
  assert.equal(editor.phase, "box");
});

test("no class until one is chosen; then new objects have it", () => {
  assert.equal(editor.object.className, null);
  editor.addObject();
  assert.equal(editor.object.className, null);
  editor.setClass("armchair");
  editor.addObject();
  assert.deepEqual(
    editor.all.objects.map((o) => o.className), [null, "armchair", "armchair"]);
  editor.undo();
  editor.undo();
  assert.equal(editor.object.className, null);
  editor.open(PHOTO); // The next photo.
  assert.equal(editor.object.className, "armchair");
});

test("where there is one class, nobody needs to choose it", () => {
  const { category } = FIELDS.task;
  const task = { category: { ...category, classes: ["stool"] } };
  const other = new Editor(readCategory({ ...FIELDS, task }));
  assert.equal(other.object.className, "stool");
});

test("a class that the model does not have is not kept", () => {
  placeAll();
  const saved = editor.all.objects.map((o) => ({ ...o, className: "sofa" }));
  editor.chosenClass = "sofa";
  editor.open(PHOTO, saved);
  assert.equal(editor.object.className, null);
  editor.addObject();
  assert.equal(editor.object.className, null);
});

test("what was removed comes back, and the active object stays", () => {
  placeAll();
  editor.addObject();
  editor.setBox([3, 3, 9, 9]);
  editor.removeObject(0);
  assert.deepEqual(editor.object.box, [3, 3, 9, 9]);
  editor.undo();
  assert.equal(editor.all.objects.length, 2);
  assert.deepEqual(editor.object.box, [3, 3, 9, 9]);
});

test("a drag of what is no longer there moves nothing", () => {
  placeAll();
  editor.redrawBox();
  editor.moveHandle("nw", { x: 2, y: 2 });
  assert.equal(editor.object.box, null);
  editor.select(0);
  editor.unset();
  editor.movePoint(0, { x: 3.5, y: 4.5 });
  assert.deepEqual(editor.object.points[0], [3, 4, 2]);
});

test("a nudge moves by pixels and stays in the photo", () => {
  placeAll();
  editor.select(0);
  editor.nudge(-5, 1);
  assert.deepEqual(editor.object.points[0], [0, 6, 2]);
});

test("work is kept after each step, not while dragging", () => {
  let kept = 0;
  editor.addEventListener("keep", () => { kept++; });
  placeAll();
  assert.equal(kept, 5);
  editor.movePoint(0, { x: 3, y: 3 });
  assert.equal(kept, 5);
  editor.endMove();
  assert.equal(kept, 6);
});

test("a correction on the way does not change what comes next", () => {
  editor.goWithoutBox();
  editor.place({ x: 1.5, y: 1.5 });
  editor.movePoint(0, { x: 3.5, y: 3.5 });
  editor.endMove();
  assert.equal(editor.all.current, 1);
  editor.select(0);
  editor.movePoint(0, { x: 2.5, y: 3.5 });
  assert.equal(editor.all.current, 0);
  editor.selectOpen();
  assert.equal(editor.all.current, 1);
});

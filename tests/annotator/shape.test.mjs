import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { toCoco } from "../../kp2part/annotator/files/coco.mjs";
import { fromCoco } from "../../kp2part/annotator/files/coco_reader.mjs";
import { predictWhole } from "../../kp2part/annotator/net/whole_photo.mjs";
import * as brush from "../../kp2part/annotator/state/brush.mjs";
import { Brushing } from "../../kp2part/annotator/state/brushing.mjs";
import { readCategory } from "../../kp2part/annotator/state/category.mjs";
import { Editor } from "../../kp2part/annotator/state/editor.mjs";
import * as shape from "../../kp2part/annotator/state/shape.mjs";
import { FIELDS } from "./category.fixture.mjs";

const CATEGORY = readCategory(FIELDS);
const PHOTO = { name: "a.jpg", width: 6, height: 4, close() {} };
const at = (x, y) => ({ x, y });
const rowsOf = (labels, width = 6) => Array.from(
  { length: labels.length / width },
  (_, y) => labels.slice(y * width, (y + 1) * width).join(""));

test("a dab is round, a stroke has no gaps, and both end at the edge", () => {
  const map = { labels: new Uint8Array(24), width: 6, height: 4 };
  brush.stroke(map, at(3, 2), at(3, 2), 1, () => 1);
  assert.deepEqual(
    rowsOf(map.labels), ["000000", "001100", "001100", "000000"]);
  brush.stroke(map, at(0.5, 3.5), at(9, 3.5), 0.5, () => 2);
  assert.equal(rowsOf(map.labels)[3], "222222");
  brush.stroke(map, at(-9, -9), at(-9, -9), 3, () => 2);
  assert.equal(rowsOf(map.labels)[0], "000000");
});

test("however small a brush is, it paints the pixel under it", () => {
  const map = { labels: new Uint8Array(24), width: 6, height: 4 };
  brush.stroke(map, at(2.9, 1.1), at(2.9, 1.1), 0.1, () => 1);
  assert.equal(rowsOf(map.labels)[1][2], "1");
});

test("removing takes away one part and leaves the others", () => {
  const remove = brush.changeBy(1, true);
  assert.deepEqual([0, 1, 2].map(remove), [0, 0, 2]);
  assert.deepEqual([0, 1, 2].map(brush.changeBy(1, false)), [1, 1, 1]);
});

test("run lengths hold the labels; another size takes the nearest", () => {
  const labels = Uint8Array.from([0, 1, 1, 2, 2, 2]);
  const runs = shape.runsOf(labels);
  assert.deepEqual(runs, [0, 1, 1, 2, 2, 3]);
  assert.deepEqual(shape.labelsOf({ width: 3, height: 2, runs }), labels);
  const twice = shape.resized({ labels, width: 3, height: 2 },
    { width: 6, height: 4 });
  assert.deepEqual(
    rowsOf(twice.labels), ["001111", "001111", "222222", "222222"]);
  const back = shape.resized(twice, { width: 3, height: 2 });
  assert.deepEqual(back.labels, labels);
});

let editor;
let brushing;
beforeEach(() => {
  editor = new Editor(CATEGORY);
  editor.open(PHOTO);
  editor.goWithoutBox();
  editor.place(at(1.5, 1.5));
  editor.place(at(4.5, 1.5));
  brushing = new Brushing(editor);
  brushing.begin({ labels: new Uint8Array(24), box: [0, 0, 6, 4] });
  brushing.choose(2);
  brushing.radius = 1;
});

function dab(x, y) {
  brushing.paint(at(x, y), true);
  brushing.keep();
}

test("each stroke is a step; undo goes back to the prediction", () => {
  assert.equal(editor.object.shape, undefined);
  dab(1, 1);
  dab(5, 3);
  assert.equal(brushing.map.labels.filter(Boolean).length, 8);
  editor.undo();
  assert.equal(brushing.map.labels.filter(Boolean).length, 4);
  editor.undo();
  assert.equal(brushing.map.labels.filter(Boolean).length, 0);
  assert.ok(!editor.object.shape);
  editor.redo();
  assert.equal(brushing.map.labels.filter(Boolean).length, 4);
  assert.ok(brushing.isOn);
});

test("a stroke that is given up leaves nothing", () => {
  dab(1, 1);
  brushing.paint(at(5, 3), true);
  brushing.revert();
  assert.equal(brushing.map.labels.filter(Boolean).length, 4);
});

test("another object or photo ends it", () => {
  editor.addObject();
  assert.ok(!brushing.isOn);
});

test("a change of the keypoints is noticed, and settled either way", () => {
  dab(1, 1);
  assert.equal(editor.staleShape, -1);
  editor.select(0);
  assert.equal(editor.staleShape, -1);
  editor.nudge(1, 0);
  assert.equal(editor.staleShape, 0);
  editor.settleShape(0, true);
  assert.equal(editor.staleShape, -1);
  assert.ok(editor.object.shape);
  editor.nudge(1, 0);
  editor.settleShape(0, false);
  assert.equal(editor.object.shape, null);
  editor.undo();
  assert.ok(editor.object.shape); // A mistake loses nothing.
});

test("what was corrected is exported, without asking the server", async () => {
  dab(1, 1);
  editor.setClass("stool");
  const found = await predictWhole("m", PHOTO, editor.all.objects);
  const { labels, box } = found.get(1);
  assert.deepEqual(rowsOf(labels), ["220000", "220000", "000000", "000000"]);
  assert.deepEqual(box, [0, 0, 6, 4]);
  const contents = toCoco(editor.all.objects, CATEGORY, PHOTO, found);
  assert.equal(contents.annotations[0].corrected, true);
  const { objects: [read] } = fromCoco(contents, CATEGORY, PHOTO);
  assert.deepEqual(read.shape.runs, editor.object.shape.runs);
  assert.ok(!shape.isStale(read));
  const damage = (fields, message) => assert.throws(() => {
    const copy = structuredClone(contents);
    Object.assign(copy.annotations[1].segmentation, fields);
    fromCoco(copy, CATEGORY, PHOTO);
  }, message);
  damage({ counts: [3, 4] }, /annotation 1: segmentation\.counts.*sum 24/);
  damage({ counts: "text" }, /annotation 1: segmentation\.counts.*"text"/);
  damage({ size: [6, 4] }, /annotation 1: segmentation\.size.*4, 6.*6, 4/);
});

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { CocoFile } from "../../kp2part/annotator/files/coco.mjs";
import { fromCoco } from "../../kp2part/annotator/files/coco_reader.mjs";
import { findFiles } from "../../kp2part/annotator/files/names.mjs";
import { zip } from "../../kp2part/annotator/files/zip.mjs";
import { readCategory } from "../../kp2part/annotator/state/category.mjs";
import { Editor } from "../../kp2part/annotator/state/editor.mjs";
import { suggestedPoints } from
  "../../kp2part/annotator/state/suggestions.mjs";
import { FIELDS } from "./category.fixture.mjs";

const CATEGORY = readCategory(FIELDS);
const PHOTO = { name: "p/a.jpg", width: 40, height: 30, close() {} };

test("a ZIP file has its members and its directory where it says", async () => {
  const members = ["parts/é.png", "b.png"].map(
    (name) => ({ name, blob: new Blob([name]) }));
  const bytes = Buffer.from(await (await zip(members)).arrayBuffer());
  const end = bytes.length - 22;
  assert.equal(bytes.readUInt32LE(end), 0x06054b50);
  assert.equal(bytes.readUInt16LE(end + 10), 2);
  const directory = bytes.readUInt32LE(end + 16);
  assert.equal(bytes.readUInt32LE(directory), 0x02014b50);
  assert.equal(directory + bytes.readUInt32LE(end + 12), end);
  const length = Buffer.byteLength(members[0].name);
  assert.equal(bytes.readUInt32LE(directory + 20), length);
  assert.equal(bytes.subarray(30, 30 + length).toString(), "parts/é.png");
  assert.equal(bytes.readUInt32LE(14), 0x5ce3856b);
});

test("photos of one file count from 1, and so do all annotations", () => {
  const object = { id: 4, className: "stool", box: null, boxless: true,
    points: [[1, 1, 2], [5, 6, 2], null, null] };
  const file = new CocoFile(CATEGORY);
  const labels = Uint8Array.from([0, 1, 2, 1, 1, 0]);
  for (const name of ["p/a.jpg", "q/a.jpg"]) {
    const parts = new Map([[4, { labels, box: [0, 0, 3, 2] }]]);
    file.add([object], { name, width: 3, height: 2 }, parts);
  }
  const { images, annotations } = file.contents;
  assert.deepEqual(images.map((i) => [i.id, i.file_name]),
    [[1, "p/a.jpg"], [2, "q/a.jpg"]]);
  assert.deepEqual(
    annotations.map((a) => [a.id, a.image_id, a.obj_ann_id]),
    [[1, 1, undefined], [2, 1, 1], [3, 1, 1],
      [4, 2, undefined], [5, 2, 4], [6, 2, 4]]);
});

const FOLDERS = [
  ["p/a.jpg", ["q/a.jpg"], []],
  ["p/a.jpg", ["a.jpg"], ["a.jpg"]],
  ["p/q/a.jpg", ["q/a.jpg", "r/a.jpg", "a.jpg"], ["q/a.jpg"]],
  ["p/a.jpg", ["q/a.jpg", "a.png"], ["a.png"]],
  ["a.jpg", ["p/a.jpg", "q/a.jpg"], ["p/a.jpg", "q/a.jpg"]],
  ["p/a.jpg", ["C:\\p\\a.jpg"], ["C:\\p\\a.jpg"]],
];
for (const [name, inFile, expected] of FOLDERS) {
  test(`folders: ${name} among ${inFile}`, () => {
    assert.deepEqual(findFiles(name, inFile, (text) => text), expected);
  });
}

/** What a pose model has found, as COCO has it. */
function found(keypoints, fields = {}) {
  return fromCoco({
    images: [{ id: 1, file_name: "a.jpg" }],
    categories: [{ id: 2, name: "stool", keypoints: CATEGORY.keypoints }],
    annotations: [{
      image_id: 1, category_id: 2, bbox: [5, 4, 30, 20], keypoints, score: 0.9,
      ...fields,
    }],
  }, CATEGORY, PHOTO).objects;
}

const KEYPOINTS = [9, 9, 2, 20, 9, 1, 0, 0, 0, 15, 20, 2];
let editor;
beforeEach(() => {
  editor = new Editor(CATEGORY);
  editor.open(PHOTO, found(KEYPOINTS));
});

test("what a model has found counts for nothing until it is accepted", () => {
  assert.equal(editor.phase, "box");
  assert.equal(editor.object.className, null);
  assert.deepEqual(editor.object.points, [null, null, null, null]);
  editor.accept();
  assert.deepEqual(editor.object.box, [5, 4, 35, 24]);
  editor.accept();
  assert.deepEqual(editor.object.points[0], [9, 9, 2]);
  assert.equal(editor.all.current, 1);
  editor.place({ x: 3.5, y: 3.5 }); // Better than the suggestion.
  editor.accept(); // Nothing is suggested here.
  assert.deepEqual(editor.object.points[1], [3, 3, 2]);
  assert.deepEqual(
    suggestedPoints(editor.object), [null, null, null, [15, 20, 2]]);
});

test("all at once, and all back", () => {
  editor.acceptAll();
  assert.deepEqual(
    editor.object.points, [[9, 9, 2], [20, 9, 1], null, [15, 20, 2]]);
  assert.equal(editor.phase, "points");
  assert.equal(editor.all.current, 2);
  editor.undo();
  assert.equal(editor.phase, "box");
});

test("confidences in place of v are places, and nothing else", () => {
  const [{ suggested }] = found(
    [9, 9, 0.4, 20, 9, 1, 0, 0, 0, 15, 20, 0.01]);
  assert.deepEqual(
    suggested.points, [[9, 9, 2], [20, 9, 2], null, [15, 20, 2]]);
  assert.throws(() => found([9, 9, 1.5, ...KEYPOINTS.slice(3)]), /v of seat/);
  assert.throws(
    () => found([9, 9, 0.5, ...KEYPOINTS.slice(3)], { score: undefined }),
    /v of seat must be 0, 1 or 2/);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import zlib from "node:zlib";

import { readCategory } from "../../kp2part/annotator/state/category.mjs";
import { toCoco } from "../../kp2part/annotator/files/coco.mjs";
import { fromCoco } from "../../kp2part/annotator/files/coco_reader.mjs";
import { encodeGray } from "../../kp2part/annotator/files/png.mjs";
import * as rle from "../../kp2part/annotator/files/rle.mjs";
import { FIELDS } from "./category.fixture.mjs";

const CATEGORY = readCategory(FIELDS);
const PHOTO = { name: "a.jpg", width: 3, height: 2 };
// Two rows of three pixels.
const LABELS = Uint8Array.from([0, 1, 2, 1, 1, 0]);
const OBJECTS = [
  { id: 5, className: "armchair", box: [0, 0, 3, 2], boxless: false,
    points: [[0, 1, 2], [2, 0, 1], [0, 0, 0], null] },
  { id: 7, className: "stool", box: null, boxless: true,
    points: [null, [1, 0, 2], [2, 1, 2], null] },
];

function written() {
  const predictions = new Map([[5, { labels: LABELS, box: [0, 0, 3, 2] }]]);
  return JSON.parse(JSON.stringify(
    toCoco(OBJECTS, CATEGORY, PHOTO, predictions)));
}

test("run lengths go down the columns and begin with zeros", () => {
  // Columns: 0 1 | 1 1 | 2 0.
  const runs = rle.encode(LABELS, 3, 2, (label) => label === 1);
  assert.deepEqual(runs, { size: [2, 3], counts: [1, 3, 2] });
  assert.equal(rle.area(runs), 3);
  const all = rle.encode(new Uint8Array(6).fill(1), 3, 2, (l) => l === 1);
  assert.deepEqual(all.counts, [0, 6]);
});

test("an object and each of its parts are annotations", () => {
  const { annotations, categories } = written();
  const names = new Map(categories.map((c) => [c.id, c.name]));
  assert.equal(new Set(categories.map((c) => c.id)).size, categories.length);
  assert.deepEqual(
    annotations.map((a) => [a.id, names.get(a.category_id), a.obj_ann_id]),
    [[1, "armchair", undefined], [2, "armchair:rest", 1],
      [3, "armchair:base", 1], [4, "stool", undefined]]);
  const [object, rest, base] = annotations;
  assert.deepEqual(object.bbox, [0, 0, 3, 2]);
  assert.deepEqual(object.keypoints, [0, 1, 2, 2, 0, 1, 0, 0, 0, 0, 0, 0]);
  assert.equal(object.num_keypoints, 2);
  assert.equal(object.area, 4);
  assert.deepEqual(rest.segmentation.counts, [1, 3, 2]);
  assert.deepEqual(rest.bbox, [0, 0, 2, 2]);
  assert.deepEqual([base.bbox, base.area], [[2, 0, 1, 1], 1]);
});

test("parts tell whose they are", () => {
  const parts = { labels: LABELS, box: [0, 0, 3, 2] };
  const { annotations } = toCoco(
    OBJECTS, CATEGORY, PHOTO, new Map([[5, parts], [7, parts]]));
  assert.deepEqual(
    annotations.map((a) => a.obj_ann_id ?? 0), [0, 1, 1, 0, 4, 4]);
});

test("skeletons in COCO count from one", () => {
  assert.deepEqual(written().categories[0].skeleton, [[1, 4], [2, 4], [3, 4]]);
});

test("what was written is read again", () => {
  const { objects, passedOver } = fromCoco(written(), CATEGORY, PHOTO);
  const [first, second] = objects;
  assert.deepEqual(passedOver, []);
  assert.deepEqual(first, { ...OBJECTS[0], id: 1 });
  assert.deepEqual(second.points, OBJECTS[1].points);
  assert.deepEqual(second.box, [1, 0, 3, 2]); // Of its keypoints' pixels.
});

test("an object without a box and without a place is left out", () => {
  const empty = { id: 8, className: null, box: null, boxless: false,
    points: [[0, 0, 0], null, null, null] };
  const { annotations } = toCoco(
    [empty, ...OBJECTS], CATEGORY, PHOTO, new Map());
  assert.deepEqual(annotations.map((a) => a.category_id), [2, 1]);
});

test("a gray PNG holds the levels, each row after a zero", async () => {
  const file = await encodeGray(LABELS, 3, 2);
  const bytes = Buffer.from(await file.arrayBuffer());
  assert.deepEqual([...bytes.subarray(0, 4)], [137, 80, 78, 71]);
  assert.equal(bytes.readUInt32BE(16), 3);
  assert.equal(bytes.readUInt32BE(20), 2);
  // The end's checksum is known, as the chunk is always the same.
  assert.equal(bytes.subarray(-4).toString("hex"), "ae426082");
  const size = bytes.readUInt32BE(33);
  const rows = zlib.inflateSync(bytes.subarray(41, 41 + size));
  assert.deepEqual([...rows], [0, 0, 1, 2, 0, 1, 1, 0]);
});

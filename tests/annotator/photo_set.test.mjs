import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { blank } from "../../kp2part/annotator/state/annotations.mjs";
import { listChosen, sortOut } from
  "../../kp2part/annotator/files/listing.mjs";
import { PhotoSet } from "../../kp2part/annotator/state/photo_set.mjs";
import { progressOf } from "../../kp2part/annotator/state/progress.mjs";

const fileOf = (path, size = 9, type = "image/jpeg") => (
  { path, file: { name: path.split("/").at(-1), size, type } });
const NOTHING = new Map();
let set;

beforeEach(() => {
  set = new PhotoSet();
});

const paths = () => set.entries.map(({ path }) => path);

test("photos are in the order of their numbers, with their folders", () => {
  const added = set.add(
    ["b/1.jpg", "a/10.jpg", "a/2.jpg"].map((p) => fileOf(p)), NOTHING);
  assert.deepEqual(
    added.map(({ path }) => path), ["a/2.jpg", "a/10.jpg", "b/1.jpg"]);
  set.add([fileOf("a/9.jpg")], NOTHING);
  assert.deepEqual(paths(), ["a/2.jpg", "a/9.jpg", "a/10.jpg", "b/1.jpg"]);
});

test("the next and the previous one; none beyond the ends", () => {
  set.add(["a.jpg", "b.jpg", "c.jpg"].map((p) => fileOf(p)), NOTHING);
  set.turnTo("b.jpg");
  assert.equal(set.near(1).path, "c.jpg");
  assert.equal(set.near(-1).path, "a.jpg");
  set.turnTo("c.jpg");
  assert.equal(set.near(1), null);
  set.add([fileOf("aa.jpg")], NOTHING); // The current one stays.
  assert.equal(set.index, 3);
});

test("what cannot be opened is passed by", () => {
  set.add(["a.jpg", "b.jpg", "c.jpg"].map((p) => fileOf(p)), NOTHING);
  set.turnTo("a.jpg");
  set.giveUp("b.jpg");
  assert.equal(set.near(1).path, "c.jpg");
  set.giveUp("c.jpg");
  assert.equal(set.near(1), null);
});

test("saved work is found again by name and size, and by nothing else", () => {
  const saved = new Map([
    ["x/a.jpg", [{ size: 5, progress: "keypoints" },
      { size: 9, progress: "done" }]],
    ["x/b.jpg", [{ size: 5, progress: "keypoints" }]],
    ["x/c.jpg", [{ size: 5, progress: "untouched" }]],
  ]);
  const found = ["x/a.jpg", "x/b.jpg", "x/c.jpg", "y/a.jpg"];
  set.add(found.map((p) => fileOf(p)), saved);
  assert.deepEqual(
    set.entries.map(({ progress, isOther }) => [progress, isOther]),
    [["done", false], ["untouched", true], ["untouched", false],
      ["untouched", false]]);
  set.mark("x/b.jpg", "untouched"); // Asked about, and begun anew.
  assert.ok(!set.find("x/b.jpg").isOther);
});

test("a file of the same name takes the place of the former", () => {
  const [entry] = set.add([fileOf("a.jpg", 9)], NOTHING);
  set.mark("a.jpg", "done");
  const saved = new Map([["a.jpg", [{ size: 9, progress: "done" }]]]);
  const [other] = set.add([fileOf("a.jpg", 7)], saved);
  assert.notEqual(entry, other);
  assert.deepEqual([other.progress, other.isOther], ["untouched", true]);
  assert.equal(set.entries.length, 1);
});

test("a change is told once, and only a change", () => {
  let told = 0;
  set.add([fileOf("a.jpg")], NOTHING);
  set.addEventListener("change", () => { told++; });
  set.mark("a.jpg", "keypoints");
  set.mark("a.jpg", "keypoints");
  set.mark("elsewhere.jpg", "done");
  assert.equal(told, 1);
});

test("how far a photo is", () => {
  const { objects: [empty] } = blank(null, 2);
  const begun = { ...empty, points: [[1, 1, 2], null] };
  const done = { ...empty, className: "stool", box: [0, 0, 9, 9],
    points: [[1, 1, 2], [0, 0, 0]] };
  const absent = { ...done, box: null, boxless: true,
    points: [[0, 0, 0], [0, 0, 0]] };
  const suggested = { ...empty, suggested: { box: null, points: [] } };
  assert.equal(progressOf([empty]), "untouched");
  assert.equal(progressOf([begun]), "keypoints");
  assert.equal(progressOf([done, empty]), "done");
  assert.equal(progressOf([done, begun]), "keypoints");
  assert.equal(progressOf([{ ...done, className: null }]), "keypoints");
  assert.equal(progressOf([absent]), "keypoints");
  assert.equal(progressOf([suggested]), "keypoints");
});

test("photos, annotations and the rest of a folder are told apart", () => {
  const all = ["p/a.JPG", "p/._a.jpg", "p/b.HEIC", "p/notes.txt", "p/x.json",
    "coco.json"].map((p) => fileOf(p, 9, ""));
  const sorted = sortOut(all);
  const names = (list) => list.map(({ path }) => path);
  assert.deepEqual(names(sorted.photos), ["p/a.JPG", "p/b.HEIC"]);
  assert.deepEqual(names(sorted.annotations), ["coco.json"]);
  assert.deepEqual(
    names(sorted.others), ["p/._a.jpg", "p/notes.txt", "p/x.json"]);
  const alone = sortOut([fileOf("photo", 9, "")]); // Read, or refused by name.
  assert.deepEqual(names(alone.photos), ["photo"]);
});

test("a file of a folder has the name that it has there", () => {
  const files = [{ name: "a.jpg", webkitRelativePath: "p/q/a.jpg" },
    { name: "e\u0301.jpg", webkitRelativePath: "" }];
  assert.deepEqual(
    listChosen(files).map(({ path }) => path), ["p/q/a.jpg", "\u00e9.jpg"]);
});

import assert from "node:assert/strict";
import { test } from "node:test";

import { readCategory } from "../../kp2part/annotator/state/category.mjs";
import { meaningOf } from "../../kp2part/annotator/input/keys.mjs";
import * as mask from "../../kp2part/annotator/files/mask.mjs";
import { layOut } from "../../kp2part/annotator/view/skeleton_layout.mjs";
import { FIELDS } from "./category.fixture.mjs";

const COLORS = [[0, 0, 0], [200, 100, 0], [10, 20, 30]];
const HOW = { shown: [false, true, true], opacity: 0.5, period: 1e9, line: 1 };

test("later objects lie on top, and stay apart", () => {
  const composed = mask.compose(
    [Uint8Array.from([1, 1, 0]), Uint8Array.from([0, 1, 2])], 3);
  assert.deepEqual([...composed], [1, 256 + 1, 256 + 2]);
});

test("parts are colored inside, white where another begins", () => {
  // Five rows of five: a square of part 1 in the middle, 3 x 3.
  const labels = new Uint8Array(25);
  for (const i of [6, 7, 8, 11, 12, 13, 16, 17, 18]) labels[i] = 1;
  const composed = mask.compose([labels], 25);
  const pixels = mask.paint(composed, 5, COLORS, HOW);
  const at = (i) => [...pixels.subarray(4 * i, 4 * i + 4)];
  assert.deepEqual(at(12), [200, 100, 0, 128]);
  assert.deepEqual(at(11), [255, 255, 255, 255]);
  assert.deepEqual(at(0), [0, 0, 0, 0]);
  const hidden = { ...HOW, shown: [false, false, true] };
  assert.ok(mask.paint(composed, 5, COLORS, hidden).every((v) => v === 0));
  const clear = { ...HOW, opacity: 0 };
  assert.ok(mask.paint(composed, 5, COLORS, clear).every((v) => v === 0));
});

test("parts differ in pattern, not only in color", () => {
  const same = [[0, 0, 0], [90, 90, 90], [90, 90, 90]];
  const painted = [1, 2].map((part) => mask.paint(
    new Uint16Array(400).fill(part), 20, same, { ...HOW, period: 8 }).join());
  assert.notEqual(painted[0], painted[1]);
});

test("a name stands inside its part, though the middle is not", () => {
  // Two legs, a narrow and a wide one.
  const row = [1, 0, 0, 0, 1, 1, 1];
  const composed = mask.compose([Uint8Array.from([...row, ...row])], 14);
  const [place] = mask.namePlaces(composed, 7, 3);
  assert.deepEqual([place.part, place.x], [1, 5]);
  assert.deepEqual(mask.namePlaces(composed, 7, 99), []);
  // A head on a thin neck, in which the middle is: in the head is more room.
  const neck = Array(6).fill([0, 0, 1, 0, 0]).flat();
  const [name] = mask.namePlaces(
    Uint16Array.from([1, 1, 1, 1, 1, ...neck]), 5, 1);
  assert.deepEqual(name, { part: 1, x: 2, y: 0 });
});

test("the figure of any skeleton is symmetric, left on the left", () => {
  const places = layOut(readCategory(FIELDS));
  const [seat, left, right, back] = places;
  for (const value of places.flatMap(({ x, y }) => [x, y])) {
    assert.ok(value >= 0 && value <= 1);
  }
  assert.ok(Math.abs(left.x + right.x - 1) < 1e-9);
  assert.ok(Math.abs(left.y - right.y) < 1e-9);
  assert.ok(left.x < seat.x && seat.x < right.x);
  assert.ok(seat.y < back.y, "the first keypoint is above");
});

test("keypoints without a skeleton do not fall together", () => {
  const { category } = FIELDS.task;
  const bare = { ...FIELDS, task: { category: { ...category, skeleton: [] } } };
  const places = layOut(readCategory(bare));
  for (const [i, a] of places.entries()) {
    for (const b of places.slice(0, i)) {
      assert.ok(Math.hypot(a.x - b.x, a.y - b.y) > 0.1);
    }
  }
});

test("keys mean what they say, and the browser keeps its own", () => {
  const press = (key, more = {}, onStage = false) => (
    meaningOf({ key, ...more }, onStage)?.action);
  assert.equal(press("S"), "skip");
  assert.equal(press("s", { ctrlKey: true }), undefined);
  assert.equal(press("z", { ctrlKey: true }), "undo");
  assert.equal(press("ArrowLeft"), undefined);
  assert.equal(press("ArrowLeft", { altKey: true }, true), "arrow");
  assert.equal(press("d", { altKey: true }), undefined);
  assert.equal(press("s", { code: "KeyO" }), "skip"); // Dvorak.
});

test("keys have their places where letters are not Latin", () => {
  const press = (key, code, more = {}) => (
    meaningOf({ key, code, ...more }, true)?.action);
  assert.equal(press("ы", "KeyS"), "skip");
  assert.equal(press("Ы", "KeyS"), "skip");
  assert.equal(press("я", "KeyZ", { ctrlKey: true }), "undo");
  assert.equal(press("ы", "KeyS", { ctrlKey: true }), undefined);
  assert.equal(press("б", "Comma"), "previous");
  assert.equal(press("σ", "KeyS"), "skip"); // Greek.
  assert.equal(press("۰", "Digit0"), "fit"); // Persian.
  assert.equal(press("Process", "KeyH"), "hide"); // A method of input.
  assert.equal(press(",", "Slash"), "previous"); // A symbol is what it says.
  assert.equal(press("ß", "Minus"), undefined);
  assert.equal(press("à", "Digit0"), undefined);
});

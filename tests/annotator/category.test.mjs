import assert from "node:assert/strict";
import { test } from "node:test";

import * as category from "../../kp2part/annotator/state/category.mjs";
import { FIELDS } from "./category.fixture.mjs";

test("a category is read from what the server says", () => {
  const read = category.readCategory(FIELDS);
  assert.equal(read.model, "chairs");
  assert.equal(read.noun, "office chair");
  assert.deepEqual(read.mirror, [0, 2, 1, 3]);
  assert.deepEqual(read.skeleton, [[0, 3], [1, 3], [2, 3]]);
  assert.deepEqual(read.parts, ["background", "rest", "base"]);
  assert.deepEqual(read.colors[2], [10, 11, 12]);
});

test("a missing field is named", () => {
  assert.throws(() => category.readCategory({ name: "x" }),
    /task\.category\.name/);
});

test("only whole words are sides", () => {
  assert.equal(category.sideOf("left_front_paw"), "left");
  assert.equal(category.sideOf("upright_bar"), "middle");
});

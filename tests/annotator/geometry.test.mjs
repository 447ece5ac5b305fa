import assert from "node:assert/strict";
import { test } from "node:test";

import * as geometry from "../../kp2part/annotator/state/geometry.mjs";

const PHOTO = { width: 30, height: 20 };

test("a photo fits its stage, in the middle", () => {
  const view = geometry.fit(PHOTO, { width: 340, height: 220 }, 20);
  assert.equal(view.scale, 9); // 180 / 20; across it would be 10.
  assert.deepEqual(
    geometry.toScreen(view, { x: 15, y: 10 }), { x: 170, y: 110 });
});

test("a box fills the stage, wherever it is in the photo", () => {
  const stage = { width: 120, height: 90 };
  const view = geometry.fitBox([10, 4, 20, 14], stage, 20);
  assert.equal(view.scale, 5); // (90 - 2 * 20) / 10.
  assert.deepEqual(geometry.toScreen(view, { x: 15, y: 9 }), { x: 60, y: 45 });
});

test("zooming leaves what is under the pointer, and has limits", () => {
  const view = { scale: 2, x: 10, y: -4 };
  const at = { x: 50, y: 60 };
  const before = geometry.toPhoto(view, at);
  const zoomed = geometry.zoom(view, 1.5, at, 0.1);
  assert.equal(zoomed.scale, 3);
  assert.deepEqual(geometry.toPhoto(zoomed, at), before);
  assert.equal(geometry.zoom(view, 1e-9, at, 0.1).scale, 0.1);
  assert.equal(geometry.zoom(view, 1e9, at, 0.1).scale, 40);
});

test("a photo cannot be shifted out of sight", () => {
  const view = { scale: 10, x: 0, y: 0 };
  const stage = { width: 400, height: 300 };
  const away = geometry.pan(view, -1e6, 1e6, PHOTO, stage, 48);
  assert.deepEqual(away, { scale: 10, x: 48 - 300, y: 300 - 48 });
});

test("the middle of the first pixel is the keypoint (0, 0)", () => {
  assert.deepEqual(geometry.keypointAt({ x: 0.5, y: 0.5 }, PHOTO), [0, 0]);
  assert.deepEqual(geometry.placeOf([0, 0, 2]), { x: 0.5, y: 0.5 });
  assert.deepEqual(geometry.keypointAt({ x: -9, y: 99 }, PHOTO), [0, 19]);
});

test("keypoints of a photo of half the size", () => {
  // Pixels 0 and 1 become pixel 0: its middle is between theirs.
  assert.deepEqual(
    geometry.scaleKeypoints([[0.5, 2.5, 2], [0, 0, 0]], 0.5),
    [[0, 1, 2], [0, 0, 0]]);
});

test("boxes have whole pixels, corners in order, inside the photo", () => {
  const box = geometry.boxBetween({ x: 25.4, y: -7 }, { x: 3.6, y: 12 }, PHOTO);
  assert.deepEqual(box, [4, 0, 25, 12]);
  assert.ok(geometry.isBox(box));
  assert.ok(!geometry.isBox([4, 0, 7, 12]));
});

test("a handle moves its own sides", () => {
  const box = [4, 2, 20, 12];
  const to = { x: 9, y: 15 };
  assert.deepEqual(geometry.resize(box, "n", to, PHOTO), [4, 12, 20, 15]);
  assert.deepEqual(geometry.resize(box, "se", to, PHOTO), [4, 2, 9, 15]);
  assert.deepEqual(geometry.resize(box, "w", to, PHOTO), [9, 2, 20, 12]);
  assert.deepEqual(geometry.handles(box).e, { x: 20, y: 7 });
});

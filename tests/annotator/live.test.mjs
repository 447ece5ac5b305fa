import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { errorIn } from "../../kp2part/annotator/net/errors.mjs";
import { LiveParts } from "../../kp2part/annotator/net/live_parts.mjs";
import { Newest } from "../../kp2part/annotator/net/newest.mjs";

const PHOTO = { live: async () => ({ base64: "", scale: 1 }) };

/** Lets everything that can run now do so. */
const settle = () => new Promise((resolve) => { setTimeout(resolve); });

/** A server that responds when told to. */
function slowServer() {
  const asked = [];
  const ask = (request) => new Promise((resolve, reject) => {
    asked.push({ request, resolve, reject });
  });
  return { asked, ask };
}

function objectAt(id, x) {
  return { id, box: null, points: [[x, 1, 2], [5, 5, 2]] };
}

test("one request at a time; the newest replaces waiting ones", async () => {
  const { asked, ask } = slowServer();
  const told = [];
  const newest = new Newest(ask, {
    result: (subject, result) => told.push([subject, result]),
    error: (subject, error) => told.push([subject, error.message]),
    idle: () => told.push("idle"),
  });
  for (const request of [1, 2, 3]) newest.submit("a", request);
  newest.submit("b", 9);
  await settle();
  assert.deepEqual(asked.map((a) => a.request), [1]);
  asked[0].resolve("one");
  await settle();
  assert.deepEqual(asked.map((a) => a.request), [1, 3]);
  asked[1].reject(new Error("no"));
  await settle();
  asked[2].resolve("nine");
  await settle();
  assert.deepEqual(told, [["a", "one"], ["a", "no"], ["b", "nine"], "idle"]);
});

let server;
let live;
beforeEach(() => {
  server = slowServer();
  live = new LiveParts("m", (model, object) => server.ask(object));
  live.open(PHOTO);
});

test("only objects that changed are asked about", async () => {
  live.follow([objectAt(1, 2), objectAt(2, 2)]);
  await settle();
  server.asked[0].resolve("first");
  await settle();
  server.asked[1].resolve("second");
  await settle();
  live.follow([objectAt(1, 2), objectAt(2, 3)]);
  await settle();
  assert.deepEqual(server.asked.map((a) => a.request.id), [1, 2, 2]);
  assert.ok(live.busy);
});

test("a prediction for a removed object is dropped", async () => {
  live.follow([objectAt(1, 2)]);
  await settle();
  live.follow([]);
  server.asked[0].resolve("late");
  await settle();
  assert.equal(live.predictions.size, 0);
  live.follow([objectAt(1, 2)]); // Undone: asked again.
  await settle();
  assert.equal(server.asked.length, 2);
});

test("another photo begins without earlier predictions", async () => {
  live.follow([objectAt(1, 2)]);
  await settle();
  server.asked[0].resolve("first");
  await settle();
  assert.equal(live.predictions.size, 1);
  live.open({ ...PHOTO });
  assert.equal(live.predictions.size, 0);
});

test("an object that comes back is asked about again", async () => {
  live.follow([objectAt(1, 2)]);
  assert.ok(live.busy);
  await settle();
  server.asked[0].resolve("known");
  await settle();
  assert.ok(!live.busy);
  live.follow([]);
  live.follow([objectAt(1, 2)]);
  await settle();
  assert.equal(server.asked.length, 2);
});

test("a prediction for another photo is dropped", async () => {
  live.follow([objectAt(1, 2)]);
  await settle();
  live.open({ ...PHOTO });
  live.follow([objectAt(1, 2)]);
  server.asked[0].resolve("of the old photo");
  await settle();
  assert.equal(live.predictions.size, 0);
  server.asked[1].resolve("of the new photo");
  await settle();
  assert.equal(live.predictions.get(1), "of the new photo");
});

test("after a failure it asks again when told to", async () => {
  live.follow([objectAt(1, 2)]);
  await settle();
  server.asked[0].reject(new Error("gone"));
  await settle();
  assert.equal(live.error.message, "gone");
  assert.ok(!live.busy);
  live.retry();
  await settle();
  server.asked[1].resolve("here");
  await settle();
  assert.equal(live.error, null);
  assert.equal(live.predictions.get(1), "here");
});

test("nobody is shown the names inside a network's graph", () => {
  const told = (error) => errorIn(JSON.stringify({ error }));
  const node = "\n\t [[{{node map/while/Assert_3/Assert}}]]";
  assert.equal(
    told("assertion failed: [`image_bytes` must be a PNG. It begins with:] "
      + `[[[0, 0, ]${node}`),
    "`image_bytes` must be a PNG. It begins with: [[[0, 0, ]");
  assert.equal(
    told(`{{function_node __inference_serve_1}} Invalid JPEG data.${node}`),
    "Invalid JPEG data.");
  assert.equal(
    told("Graph execution error:\n\nDetected at node 'a/b/c' defined at:\n"
      + "Node: 'a/b'\n1 root error(s) found.\n  (0) INVALID: Bad photo.\n"
      + `\t [[{{node a/b/c}}]] [Op:__inference_serve_9]`),
    "(0) INVALID: Bad photo.");
  assert.equal(told("model/decoder/up_1/BiasAdd failed"), null);
  assert.equal(told("No /models/lite/1/x.pb"), "No /models/lite/1/x.pb");
  assert.equal(told("`box` must overlap the photo"),
    "`box` must overlap the photo");
  for (const body of ["<html>", "null", '{"error": 5}', "{}"]) {
    assert.equal(errorIn(body), null);
  }
});

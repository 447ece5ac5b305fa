import assert from "node:assert/strict";
import { test } from "node:test";

import { readCategory } from "../../kp2part/annotator/state/category.mjs";
import { fromCoco } from "../../kp2part/annotator/files/coco_reader.mjs";
import { parse } from "../../kp2part/annotator/files/json_text.mjs";
import { FIELDS } from "./category.fixture.mjs";

const CATEGORY = readCategory(FIELDS);
const PHOTO = { name: "a.jpg", width: 40, height: 30 };
const KEYPOINTS = [9, 9, 2, 20, 9, 1, 0, 0, 0, 15, 20, 2];

/** A file about one armchair, before anything is changed. */
function contentsOf() {
  return {
    images: [{ id: 3, file_name: "a.jpg", width: 40, height: 30 }],
    annotations: [{
      id: 1, image_id: 3, category_id: 2, bbox: [5, 4, 30, 20], iscrowd: 0,
      keypoints: [...KEYPOINTS],
    }],
    categories: [
      { id: 1, name: "stool", keypoints: CATEGORY.keypoints },
      { id: 2, name: "armchair", keypoints: CATEGORY.keypoints },
      { id: 9, name: "person", keypoints: ["wrist"] },
    ],
  };
}

const GOOD = [{
  id: 1, className: "armchair", box: [5, 4, 35, 24], boxless: false,
  points: [[9, 9, 2], [20, 9, 1], null, [15, 20, 2]],
}];

function read(change = () => {}, photo = PHOTO) {
  const contents = contentsOf();
  change(contents);
  return fromCoco(contents, CATEGORY, photo);
}

function refused(change, message, photo = PHOTO) {
  assert.throws(() => read(change, photo), (error) => {
    assert.ok(!(error instanceof TypeError), error.stack);
    assert.match(error.message, message);
    return true;
  });
}

test("one object", () => {
  assert.deepEqual(read(), { objects: GOOD, passedOver: [] });
});

const SAME = [
  ["JPEGImages/a.jpg", "a.jpg"], ["C:\\photos\\a.jpg", "a.jpg"],
  ["a.JPG", "a.jpg"], ["a.jpg", "a.JPG"], ["a.png", "a.jpg"],
  ["images/0a1b2c3d-a.jpg", "a.jpg"], ["a.jpg", "0a1b2c3d-a.jpg"],
  ["caf\u00e9.jpg", "cafe\u0301.jpg"], ["cafe\u0301.jpg", "caf\u00e9.jpg"],
  ["caf%C3%A9%201.jpg", "caf\u00e9 1.jpg"],
  ["data%2Fupload%5Ca%20b.jpg", "a b.jpg"],
  ["a\u00a0b.jpg", "a b.jpg"], ["a\u200b.jpg", "a.jpg"], [" a.jpg ", "a.jpg"],
  ["0a1b2c3d-caf%C3%A9.jpg", "cafe\u0301.JPG"], ["100%.jpg", "100%.jpg"],
  ["v1.2.jpg", "v1.2.jpg"],
];
for (const [inFile, opened] of SAME) {
  test(`the same photo: ${inFile} and ${opened}`, () => {
    const { objects } = read(
      (c) => { c.images[0].file_name = inFile; }, { ...PHOTO, name: opened });
    assert.equal(objects.length, 1);
  });
}

const DIFFERENT = [
  ["b.jpg", "a.jpg"], ["A.jpg", "a.jpg"], ["v1.2.jpg", "v1.3.jpg"],
  ["0a1b2c3d-a.jpg", "ffffffff-a.jpg"], ["0a1b2c3-a.jpg", "a.jpg"],
];
for (const [inFile, opened] of DIFFERENT) {
  test(`two photos: ${inFile} and ${opened}`, () => {
    refused((c) => { c.images[0].file_name = inFile; },
      /It has no photo called .*\. It has: /, { ...PHOTO, name: opened });
  });
}

test("the nearest of many names are shown", () => {
  const add = (c) => {
    const names = ["frame_0017.jpg", "x.jpg", "frame_0071.jpg", "y.jpg"];
    c.images = names.map((file_name, id) => ({ id, file_name }));
  };
  refused(add, /called frame_0016\.jpg\. The nearest of its 4: frame_0017\.jpg,/,
    { ...PHOTO, name: "frame_0016.jpg" });
});

test("the surest name counts", () => {
  const { objects } = read((c) => c.images.unshift(
    { id: 8, file_name: "0a1b2c3d-a.jpg" }, { id: 7, file_name: "a.png" }));
  assert.deepEqual(objects, GOOD);
});

test("ids are equal if their values are", () => {
  for (const id of ["3", 3.0, " 3 ", "3.0"]) {
    const { objects } = read((c) => {
      c.images[0].id = id;
      c.annotations[0].category_id = "2";
    });
    assert.deepEqual(objects, GOOD);
  }
});

test("entries that are there twice, but are the same, do no harm", () => {
  const { objects } = read((c) => {
    c.images.push({ ...c.images[0] });
    c.categories.push({ ...c.categories[1] });
  });
  assert.deepEqual(objects, GOOD);
});

const TWICE = [
  ["one name in two folders", (c) => {
    c.images[0].file_name = "x/a.jpg";
    c.images.push({ id: 4, file_name: "y/a.jpg" });
  }, /Names of photos must differ.*x\/a\.jpg \(id 3\), y\/a\.jpg \(id 4\)/],
  ["one name, two ids", (c) => c.images.push({ id: 4, file_name: "a.jpg" }),
    /a\.jpg \(id 3\), a\.jpg \(id 4\)/],
  ["one id, two photos", (c) => c.images.push({ id: "3", file_name: "b.jpg" }),
    /Ids of photos must differ. 3 is there twice: a\.jpg, b\.jpg/],
  ["one id, two classes", (c) => { c.categories[0].id = "2"; },
    /Ids of categories must differ. 2 is there twice: stool, armchair/],
  ["a keypoint twice", (c) => {
    c.categories[1].keypoints = ["seat", "Seat ", "right_arm", "back"];
  }, /category armchair: keypoints must differ. Seat  is there twice/],
];
for (const [name, damage, message] of TWICE) {
  test(`there twice: ${name}`, () => refused(damage, message));
}

const HARMLESS = [
  ["another class", { category_id: 9, keypoints: [1, 1, 2] },
    "1 of another class (person)"],
  ["no keypoints", { keypoints: undefined }, "1 without keypoints"],
  ["an empty list", { keypoints: [], bbox: [0, 0, 0, 0] },
    "1 without keypoints"],
  ["null", { keypoints: null, bbox: null }, "1 without keypoints"],
  ["all absent", { keypoints: Array(12).fill(0) }, "1 without keypoints"],
  ["no class at all", { keypoints: undefined, category_id: undefined },
    "1 without keypoints"],
  ["a crowd", { iscrowd: 1, segmentation: { counts: [] } }, "1 of a crowd"],
  ["a part of an object", { obj_ann_id: 1, keypoints: undefined }],
  ["of another photo", { image_id: 77, keypoints: "?" }],
];
for (const [name, fields, reason] of HARMLESS) {
  test(`passed over beside a good one: ${name}`, () => {
    for (const isFirst of [true, false]) {
      const found = read((c) => {
        const other = { ...c.annotations[0], ...fields };
        c.annotations.splice(isFirst ? 0 : 1, 0, other);
      });
      assert.deepEqual(found.objects, GOOD);
      assert.deepEqual(found.passedOver, reason ? [reason] : []);
    }
  });
}

test("harmless fields of a good one", () => {
  const { objects } = read((c) => {
    Object.assign(c.annotations[0], { bbox: null, segmentation: null });
    c.annotations[0].keypoints.splice(6, 2, null, null); // v is 0.
    c.images[0].width = null;
    c.categories[1].name = " Armchair";
    c.categories[1].keypoints = ["Seat", "left arm", "right-arm", "BACK"];
  });
  assert.deepEqual(objects, [{ ...GOOD[0], box: null, boxless: true }]);
});

test("what was passed over is told where nothing is left", () => {
  refused((c) => { c.annotations[0].category_id = 9; },
    /no object with keypoints in a\.jpg\. Passed over: 1 of another class/);
});

const first = (fields) => (c) => Object.assign(c.annotations[0], fields);
const points = (values) => first({ keypoints: values });
const BROKEN = [
  ["no COCO", (c) => { delete c.categories; }, /no list `categories`/],
  ["an image that is a number", (c) => { c.images.push(5); },
    /images\[1\] must be an object. It is 5/],
  ["a category that is a number", (c) => { c.categories = [5]; },
    /categories\[0\] must be an object. It is 5/],
  ["an annotation that is null", (c) => { c.annotations.push(null); },
    /annotations\[1\] must be an object. It is null/],
  ["no name", (c) => { c.images[0].file_name = null; },
    /no photo called a\.jpg. It has: none/],
  ["an id that is a list", first({ category_id: [1] }),
    /annotation 0: category_id must be a number or a text. It is \[1\]/],
  ["no id of a photo", first({ image_id: undefined }),
    /annotation 0: image_id must be .* It is missing/],
  ["a category that is missing", first({ category_id: 5 }),
    /annotation 0: its category is not in the file/],
  ["names as objects",
    (c) => { c.categories[1].keypoints = [{ name: "seat" }]; },
    /category armchair: keypoints\[0\] must be a name. It is {"name":"seat"}/],
  ["no names", (c) => { delete c.categories[1].keypoints; },
    /category armchair: keypoints must be a list of names. It is missing/],
  ["a keypoint unknown", (c) => { c.categories[1].keypoints =
    ["seatt", ...CATEGORY.keypoints.slice(1)]; },
  /this model has no keypoint "seatt". The nearest is "seat"/],
  ["too few numbers", points([1, 2, 2]),
    /annotation 0: keypoints must be 12 numbers. There are 3/],
  ["keypoints as text", points(KEYPOINTS.join()),
    /annotation 0: keypoints must be 12 numbers. It is "9,9,2/],
  ["numbers as text", points(KEYPOINTS.map((v, i) => (i % 3 ? v : `${v}`))),
    /annotation 0: x of seat must be a number. It is "9"/],
  ["a number too large", points([JSON.parse("1e999"), ...KEYPOINTS.slice(1)]),
    /annotation 0: x of seat must be a number/],
  ["a strange v", points([9, 9, 3, ...KEYPOINTS.slice(3)]),
    /annotation 0: v of seat must be 0, 1 or 2. It is 3/],
  ["a box with a hole", first({ bbox: [1, null, 3, 4] }),
    /annotation 0: bbox\[1\] must be a number. It is null/],
  ["a box of three", first({ bbox: [1, 2, 3] }),
    /annotation 0: bbox must be 4 numbers. There are 3/],
  ["a box far away", first({ bbox: [400, 300, 30, 20] }),
    /annotation 0: bbox must overlap the photo, 40 × 30 pixels/],
  ["another size", (c) => { c.images[0].width = 80; },
    /width of the open photo: 40. It is 80. Was it made for a copy/],
  ["a turned photo", (c) => {
    Object.assign(c.images[0], { width: 30, height: 40 });
  }, /width of the open photo: 40. It is 30. Was it made before .* turned/],
  ["of a larger copy", points(KEYPOINTS.map((v, i) => (i % 3 < 2 ? 4 * v : v))),
    /seat must be in the photo, 40 × 30 pixels. It is at 36, 36/],
  ["y before x", points([9, 9, 2, 9, 38, 1, 0, 0, 0, 20, 15, 2]),
    /left_arm must be in the photo.*It is at 9, 38: .*y before x/],
  ["fractions", points(KEYPOINTS.map((v, i) => (i % 3 < 2 ? v / 40 : v))),
    /keypoints must be in pixels.*fractions/],
  ["not in their box", first({ bbox: [25, 22, 10, 6] }),
    /keypoints must be in their bbox.*None is; the first is at 9, 9/],
];
for (const [name, damage, message] of BROKEN) {
  test(`refused: ${name}`, () => refused(damage, message));
}

test("files of Windows and of Python are read", () => {
  const bytes = (text) => new TextEncoder().encode(text).buffer;
  const wide = (text, mark) => Uint8Array.from(
    [0xfeff, ...[...text].map((c) => c.charCodeAt(0))].flatMap((unit) => (
      mark === "le" ? [unit & 255, unit >> 8] : [unit >> 8, unit & 255]))).buffer;
  assert.deepEqual(parse(bytes("\ufeff[1]\r\n")), [1]);
  assert.deepEqual(parse(wide("[\"\u00e9\"]", "le")), ["\u00e9"]);
  assert.deepEqual(parse(wide("[2]", "be")), [2]);
  assert.deepEqual(
    parse(bytes('{"NaN \\" NaN": [NaN, -Infinity, Infinity, 1]}')),
    { 'NaN " NaN': [null, null, null, 1] });
  for (const text of ["", "[NaN", "NaNa", "[".repeat(200_000)]) {
    assert.throws(() => parse(bytes(text)));
  }
});

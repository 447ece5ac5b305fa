import assert from "node:assert/strict";
import { test } from "node:test";

import { readStored } from "../../kp2part/annotator/files/stored.mjs";
import {
  chunk, exif, JFIF, jpeg, png, segment, tiff, XMP,
} from "./stored.fixture.mjs";

const turnOf = (file) => readStored(file)?.orientation;
const joined = ({ pieces }) => pieces.flatMap((piece) => [...piece]);
const bytes = (file) => [...new Uint8Array(file)];

test("all eight orientations, in both byte orders, of both formats", () => {
  for (const value of [1, 2, 3, 4, 5, 6, 7, 8]) {
    for (const little of [true, false]) {
      const block = tiff(value, { little });
      assert.equal(turnOf(jpeg(exif(block))), value);
      assert.equal(turnOf(png([chunk("eXIf", block)])), value);
    }
  }
});

const JPEGS = [
  ["after fill bytes", jpeg([0xff, 0xff, 0xff], exif(tiff(6))), 6],
  ["after JFIF and XMP", jpeg(JFIF, XMP, exif(tiff(6))), 6],
  ["after 64 KB", jpeg(segment(0xe5, Array(65500).fill(1)), exif(tiff(8))), 8],
  ["far inside its block", jpeg(exif(tiff(3, { at: 60_000 }))), 3],
  ["twice: the first counts", jpeg(exif(tiff(6)), exif(tiff(3))), 6],
  ["twice: the first says upright", jpeg(exif(tiff(1)), exif(tiff(6))), 1],
  ["out of range", jpeg(exif(tiff(9))), 1],
  ["zero", jpeg(exif(tiff(0))), 1],
  ["of another type", jpeg(exif(tiff(6, { type: 4 }))), 1],
  ["cut", jpeg(exif(tiff(6).slice(0, 16))), 1],
  ["a block of nonsense", jpeg(exif([1, 2, 3, 4, 5, 6, 7, 8, 9])), 1],
  ["none", jpeg(JFIF), 1],
];
for (const [name, file, expected] of JPEGS) {
  test(`a tag in a JPEG file: ${name}`, () => {
    assert.equal(turnOf(file), expected);
  });
}

test("a tag after the pixels of a PNG file counts as well", () => {
  assert.equal(turnOf(png([], 2, [chunk("eXIf", tiff(6))])), 6);
});

test("a JPEG file without its end gets one", () => {
  const cut = readStored(jpeg(JFIF).slice(0, -2));
  assert.deepEqual(joined(cut), bytes(jpeg(JFIF)));
  assert.ok(!cut.isWhole);
  assert.ok(readStored(jpeg(JFIF)).isWhole);
});

test("what is sent has no tags, and its pixels are the file's bytes", () => {
  const fill = [0xff, 0xff];
  assert.deepEqual(
    joined(readStored(jpeg(JFIF, fill, exif(tiff(6)), XMP))),
    bytes(jpeg(JFIF)));
  const tags = [
    chunk("eXIf", tiff(6)), chunk("zTXt", [1]), chunk("pHYs", [2])];
  const gamma = chunk("gAMA", [3]);
  assert.deepEqual(
    joined(readStored(png([gamma, ...tags], 2, tags))), bytes(png([gamma])));
});

const OTHERS = [
  ["another format", Uint8Array.from([0x52, 0x49, 0x46, 0x46]).buffer],
  ["nothing", new ArrayBuffer(0)],
  ["a PNG with alpha", png([], 6)],
  ["a gray PNG with alpha", png([], 4)],
  ["a PNG with a transparent color", png([chunk("tRNS", [0, 0])])],
  ["a PNG that moves", png([chunk("acTL", [0])])],
  ["a PNG without its end", png([]).slice(0, -12)],
  ["a JPEG that ends in a segment", jpeg(JFIF).slice(0, 8)],
  ["a JPEG of four channels",
    jpeg(segment(0xc0, [8, 0, 2, 0, 3, 4, 1, 0x11, 0]))],
];
for (const [name, file] of OTHERS) {
  test(`drawn anew: ${name}`, () => {
    assert.equal(readStored(file), null);
  });
}

/** Reads the parts of an object, where a person has corrected their shape. */

import { ownerOf, runsOf } from "../state/shape.mjs";
import * as check from "./coco_check.mjs";
import * as names from "./names.mjs";
import * as rle from "./rle.mjs";

/**
 * @param {object} contents The parsed file.
 * @param {object} annotation Of the object, `corrected`.
 * @param {object} object `Annotated`, as it was read.
 * @param {import("../state/category.mjs").Category} category
 * @param {{width: number, height: number}} photo
 * @param {string} where Names the annotation in messages.
 * @returns {import("../state/shape.mjs").Shape}
 * @throws {Error} A part or its mask breaks a rule; the message names it.
 */
export function readShape(
  contents, annotation, object, category, photo, where) {
  const { width, height } = photo;
  const labels = new Uint8Array(width * height);
  const id = check.idOf(annotation.id, `${where}: id`);
  contents.annotations.forEach((part, i) => {
    const ofPart = `annotation ${i}`;
    if (part.obj_ann_id === undefined) return;
    if (check.idOf(part.obj_ann_id, `${ofPart}: obj_ann_id`) !== id) return;
    const label = labelOf(part, contents.categories, category, ofPart);
    rle.decode(part.segmentation, photo, ofPart, (pixel) => {
      labels[pixel] = label;
    });
  });
  return {
    width, height, runs: runsOf(labels), box: object.box, of: ownerOf(object) };
}

function labelOf(part, categories, { parts }, where) {
  const id = check.idOf(part.category_id, `${where}: category_id`);
  const entry = categories.find((one, i) => (
    check.idOf(one.id, `categories[${i}].id`) === id));
  const name = String(entry?.name ?? "").split(":").at(-1);
  const label = parts.findIndex((one) => names.key(one) === names.key(name));
  if (label > 0) return label;
  throw new Error(
    `${where}: this model has no part ${check.show(name)}. It has: ` +
    `${parts.slice(1).join(", ")}.`);
}

/** Reads annotations of one photo from a COCO file; see `coco.mjs`. */

import * as check from "./coco_check.mjs";
import { classOf, readObject } from "./coco_object.mjs";
import { readShape } from "./coco_shape.mjs";
import * as names from "./names.mjs";

/**
 * @typedef {object} Found
 * @property {import("../state/annotations.mjs").Annotated[]} objects
 * @property {string[]} passedOver The photo's other annotations, counted by
 *     reason, e.g. "2 without keypoints".
 */

/**
 * @param {object} contents The parsed file.
 * @param {import("../state/category.mjs").Category} category
 * @param {{name: string, width: number, height: number}} photo
 * @returns {Found}
 * @throws {Error} Nothing matches the photo or the model, more than one thing
 *     does, or a field breaks a rule; the message names it.
 */
export function fromCoco(contents, category, photo) {
  requireCoco(contents);
  const image = findImage(contents.images, photo);
  const found = readImage(contents, category, photo, image);
  if (found.objects.length) return found;
  const others = found.passedOver.join(", ");
  throw new Error(
    `It has no object with keypoints in ${photo.name}.` +
    `${others && ` Passed over: ${others}.`}`);
}

/** @throws {Error} It is not a COCO file. */
export function requireCoco(contents) {
  for (const field of ["images", "annotations", "categories"]) {
    if (!Array.isArray(contents?.[field])) {
      throw new Error(`It is not a COCO file: it has no list \`${field}\`.`);
    }
    contents[field].forEach((entry, i) => (
      check.requireObject(entry, `${field}[${i}]`)));
  }
}

/**
 * @param {string} image Id of the photo's entry, see `findImage`.
 * @returns {Found} Perhaps without objects.
 * @throws {Error} A field breaks a rule; the message names it.
 */
export function readImage(contents, category, photo, image) {
  const objects = [];
  const reasons = new Map();
  contents.annotations.forEach((annotation, i) => {
    const where = `annotation ${i}`;
    const of = check.idOf(annotation.image_id, `${where}: image_id`);
    if (of !== image) return;
    const entry = categoryOf(annotation, contents.categories, where);
    const reason = whyNot(annotation, entry, category, where);
    if (reason) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    if (reason !== null) return;
    const id = objects.length + 1;
    const object = readObject(annotation, entry, category, photo, where);
    const shape = annotation.corrected === true && !object.suggested
      ? { shape: readShape(
        contents, annotation, object, category, photo, where) } : {};
    objects.push({ id, ...object, ...shape });
  });
  const passedOver = [...reasons].map(([why, count]) => `${count} ${why}`);
  return { objects, passedOver };
}

/** Why an annotation is none to read; "" for a part, null if it is one. */
function whyNot(annotation, entry, category, where) {
  if (annotation.obj_ann_id !== undefined) return "";
  if (annotation.iscrowd) return "of a crowd";
  const { keypoints, skipped } = annotation;
  const isBlank = Array.isArray(keypoints) && !skipped
    && keypoints.every((value, i) => i % 3 !== 2 || value === 0);
  if (keypoints === undefined || keypoints === null || isBlank) {
    return "without keypoints";
  }
  if (!entry) throw new Error(`${where}: its category is not in the file.`);
  return classOf(entry.name, category)
    ? null : `of another class (${entry.name})`;
}

function categoryOf(annotation, categories, where) {
  if (annotation.category_id === undefined) return null;
  const id = check.idOf(annotation.category_id, `${where}: category_id`);
  const found = categories.filter((entry, i) => (
    check.idOf(entry.id, `categories[${i}].id`) === id));
  const texts = new Set(found.map((entry) => JSON.stringify(entry)));
  if (texts.size < 2) return found[0] ?? null;
  throw new Error(
    `Ids of categories must differ. ${id} is there twice: ` +
    `${found.map((entry) => entry.name).join(", ")}.`);
}

/**
 * @param {object[]} images
 * @param {{name: string, width: number, height: number}} photo
 * @returns {string} The id of the photo's entry.
 * @throws {Error} There is none, or more than one, or it is of another size.
 */
export function findImage(images, photo) {
  const named = images.filter((image) => typeof image.file_name === "string");
  const found = names.findFiles(photo.name, named, (image) => image.file_name);
  if (!found.length) throw missing(named, photo);
  const ids = new Map(images.map((image, i) => (
    [image, check.idOf(image.id, `images[${i}].id`)])));
  const id = ids.get(found[0]);
  if (found.some((image) => ids.get(image) !== id)) {
    const those = found.map((image) => (
      `${image.file_name} (id ${image.id})`)).join(", ");
    throw new Error(
      `Names of photos must differ. For ${photo.name} there are: ${those}.`);
  }
  const others = images.filter((image) => ids.get(image) === id
    && !found.some((one) => one.file_name === image.file_name));
  if (others.length) {
    const those = [found[0], ...others].map((image) => image.file_name);
    throw new Error(
      `Ids of photos must differ. ${id} is there twice: ${those.join(", ")}.`);
  }
  found.forEach((image) => checkSize(image, photo));
  return id;
}

function missing(images, photo) {
  const all = images.map((image) => image.file_name);
  const near = names.nearest(photo.name, all).join(", ");
  const has = all.length > 3
    ? `The nearest of its ${all.length}: ${near}` : `It has: ${near || "none"}`;
  return new Error(`It has no photo called ${photo.name}. ${has}.`);
}

function checkSize(image, photo) {
  const { width, height } = image;
  for (const side of ["width", "height"]) {
    if ((image[side] ?? null) === null) continue;
    if (Number(image[side]) === photo[side]) continue;
    const isTurned = Number(width) === photo.height
      && Number(height) === photo.width;
    const why = isTurned ? " Was it made before the photo was turned upright?"
      : " Was it made for a copy of another size?";
    throw new Error(
      `${image.file_name} must have the ${side} of the open photo: ` +
      `${photo[side]}. It is ${check.show(image[side])}.${why}`);
  }
}

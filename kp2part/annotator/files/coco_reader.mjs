/** Reads annotations of one photo from a COCO file; see `coco.mjs`. */

import { inWords } from "../state/category.mjs";

/**
 * @param {object} contents The parsed file.
 * @param {import("../state/category.mjs").Category} category
 * @param {{name: string, width: number, height: number}} photo
 * @returns {import("../state/annotations.mjs").Annotated[]}
 * @throws {Error} Nothing matches the photo or the model, or a field breaks a
 *     rule; the message names it.
 */
export function fromCoco(contents, category, photo) {
  for (const field of ["images", "annotations", "categories"]) {
    if (!Array.isArray(contents?.[field])) {
      throw new Error(`It is not a COCO file: it has no list \`${field}\`.`);
    }
  }
  const image = findImage(contents.images, photo);
  const described = new Map(contents.categories.map((c) => [c.id, c]));
  const objects = [];
  contents.annotations.forEach((annotation, i) => {
    if (annotation.image_id !== image.id || !annotation.keypoints) return;
    const where = `annotation ${i}`;
    const of = described.get(annotation.category_id);
    if (!of) throw new Error(`${where}: its category is not in the file.`);
    const id = objects.length + 1;
    objects.push({ id, ...readObject(annotation, of, category, photo, where) });
  });
  if (!objects.length) {
    throw new Error(`It has no object with keypoints in ${photo.name}.`);
  }
  return objects;
}

function findImage(images, photo) {
  const name = stem(photo.name);
  const image = images.find((i) => stem(String(i.file_name)) === name);
  if (!image) {
    const known = images.map((i) => i.file_name).slice(0, 3).join(", ");
    throw new Error(
      `It has no photo called ${photo.name}. It has: ${known || "none"}.`);
  }
  for (const side of ["width", "height"]) {
    if (image[side] !== undefined && image[side] !== photo[side]) {
      throw new Error(
        `${image.file_name} must have the ${side} of the open photo: ` +
        `${photo[side]}. It is ${image[side]}.`);
    }
  }
  return image;
}

function stem(name) {
  return name.split(/[\\/]/).at(-1).replace(/\.[^.]*$/, "");
}

function readObject(annotation, of, category, photo, where) {
  if (!category.classes.includes(of.name)) {
    throw new Error(
      `${where}: its category must be one of ` +
      `${category.classes.join(", ")}. It is: ${of.name}.`);
  }
  return {
    className: of.name,
    ...readBox(annotation.bbox, photo, where),
    points: readPoints(annotation, of, category, where),
  };
}

function readBox(bbox, photo, where) {
  if (bbox === undefined) return { box: null, boxless: true };
  checkNumbers(bbox, 4, `${where}: bbox`);
  const [x, y, width, height] = bbox;
  const inside = (value, length) => Math.min(Math.max(value, 0), length);
  const box = [inside(x, photo.width), inside(y, photo.height),
    inside(x + width, photo.width), inside(y + height, photo.height)];
  const isEmpty = box[0] >= box[2] || box[1] >= box[3];
  return isEmpty ? { box: null, boxless: true } : { box, boxless: false };
}

function readPoints(annotation, of, category, where) {
  const names = of.keypoints ?? [];
  const flat = annotation.keypoints;
  checkNumbers(flat, 3 * names.length, `${where}: keypoints`);
  const skipped = annotation.skipped ?? [];
  const points = category.keypoints.map((name) => (
    skipped.includes(name) ? [0, 0, 0] : null));
  names.forEach((name, i) => {
    const index = category.keypoints.indexOf(name);
    const [x, y, v] = flat.slice(3 * i, 3 * i + 3);
    if (index < 0 && v) {
      throw new Error(
        `${where}: this model has no keypoint "${inWords(String(name))}".`);
    }
    if (![0, 1, 2].includes(v)) {
      throw new Error(`${where}: v of ${name} must be 0, 1 or 2. It is ${v}.`);
    }
    if (v) points[index] = [x, y, v];
  });
  return points;
}

function checkNumbers(values, count, where) {
  const isFine = Array.isArray(values) && values.length === count
    && values.every((value) => Number.isFinite(value));
  if (!isFine) throw new Error(`${where} must be ${count} numbers.`);
}

/**
 * Writes annotations as COCO JSON. Keypoints are kp2part's, with the
 * origin at the center of the first pixel; boxes are x, y, width, height in
 * pixel edges; segmentations are uncompressed run lengths. The parts of an
 * object are annotations of their own, as in PACO, with the category
 * "<class>:<part>" and the object's id in `obj_ann_id`.
 *
 * Two fields are not COCO's: `skipped` lists the keypoints that a person marked
 * as absent, to distinguish them from those not annotated yet; `corrected` says
 * that a person has corrected the shape of the parts.
 */

import { extentOf, isEmpty, rows } from "../state/annotations.mjs";
import * as rle from "./rle.mjs";

/**
 * @typedef {import("../state/annotations.mjs").Annotated} Annotated
 * @typedef {{name: string, width: number, height: number}} PhotoFacts
 * @typedef {{labels: Uint8Array, box: number[]}} PhotoParts Of the whole photo.
 */

/**
 * @param {Annotated[]} objects Empty ones are left out; each other one must
 *     have a class of the category.
 * @param {import("../state/category.mjs").Category} category
 * @param {PhotoFacts} photo
 * @param {Map<number, PhotoParts>} predictions By object id, where present.
 * @returns {object} For `JSON.stringify`.
 */
export function toCoco(objects, category, photo, predictions) {
  const file = new CocoFile(category);
  file.add(objects, photo, predictions);
  return file.contents;
}

/** Takes one photo after the other. */
export class CocoFile {
  /** @param {import("../state/category.mjs").Category} category */
  constructor(category) {
    this.category = category;
    this.contents = {
      info: { description: `Made with kp2part, model ${category.model}` },
      images: [], annotations: [], categories: categoriesOf(category),
    };
  }

  /** Adds a photo, see `toCoco`. */
  add(objects, photo, predictions) {
    const { category, contents: { images, annotations } } = this;
    const { name, width, height } = photo;
    const image = { id: images.length + 1, file_name: name, width, height };
    images.push(image);
    const add = (annotation) => {
      const id = annotations.length + 1;
      annotations.push({ id, image_id: image.id, ...annotation });
      return id;
    };
    for (const object of objects.filter((o) => !isEmpty(o))) {
      const parts = predictions.get(object.id);
      const id = add(ofObject(object, category, photo, parts));
      const pieces = parts ? ofParts(object, category, photo, parts) : [];
      for (const part of pieces) add({ obj_ann_id: id, ...part });
    }
  }
}

function categoriesOf({ classes, keypoints, noun, parts, skeleton }) {
  const whole = classes.map((name, i) => ({
    id: i + 1, name, supercategory: noun, keypoints,
    skeleton: skeleton.map((edge) => edge.map((k) => k + 1)),
  }));
  const pieces = classes.flatMap((name, i) => parts.slice(1).map((part, p) => ({
    id: partId(i, p + 1, classes, parts),
    name: `${name}:${part}`,
    supercategory: "PART",
  })));
  return [...whole, ...pieces];
}

function partId(classIndex, part, classes, parts) {
  return classes.length + classIndex * (parts.length - 1) + part;
}

function ofObject(object, category, photo, parts) {
  const points = rows(object);
  const box = object.box ?? parts?.box ?? extentOf(object);
  return {
    ...common(category.classes.indexOf(object.className) + 1, box),
    keypoints: points.flat(),
    num_keypoints: points.filter((point) => point[2] > 0).length,
    skipped: category.keypoints.filter((_, i) => object.points[i]?.[2] === 0),
    ...(parts && object.shape && { corrected: true }),
    ...(parts && segmentation(parts.labels, photo, (label) => label > 0)),
  };
}

function ofParts(object, category, photo, { labels }) {
  const index = category.classes.indexOf(object.className);
  return category.parts.map((_, part) => part).slice(1).map((part) => ({
    ...common(partId(index, part, category.classes, category.parts),
      boxOf(labels, photo, part)),
    ...segmentation(labels, photo, (label) => label === part),
  })).filter((annotation) => annotation.area > 0);
}

function common(categoryId, [xmin, ymin, xmax, ymax]) {
  return {
    category_id: categoryId,
    bbox: [xmin, ymin, xmax - xmin, ymax - ymin],
    iscrowd: 0,
  };
}

function segmentation(labels, { width, height }, isIn) {
  const runs = rle.encode(labels, width, height, isIn);
  return { segmentation: runs, area: rle.area(runs) };
}

function boxOf(labels, { width }, part) {
  let [xmin, ymin, xmax, ymax] = [Infinity, Infinity, 0, 0];
  labels.forEach((label, i) => {
    if (label !== part) return;
    const [x, y] = [i % width, Math.floor(i / width)];
    [xmin, ymin] = [Math.min(xmin, x), Math.min(ymin, y)];
    [xmax, ymax] = [Math.max(xmax, x + 1), Math.max(ymax, y + 1)];
  });
  return [xmin, ymin, xmax, ymax];
}

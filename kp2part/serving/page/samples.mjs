/** Drawings that come with the page, with their keypoints. */

import { fromCoco } from "./coco_reader.mjs";

const FOLDER = "samples/";

/**
 * @param {import("./category.mjs").Category} category
 * @returns {Promise<{url: string, name: string, objects: object[]}[]>} Those
 *     whose keypoints the model knows; none for another kind of object.
 */
export async function listSamples(category) {
  const answer = await fetch(`${FOLDER}samples.json`);
  if (!answer.ok) return [];
  const contents = await answer.json();
  const known = (image) => {
    const { file_name: name } = image;
    try {
      const objects = fromCoco(contents, category, { ...image, name });
      return [{ url: FOLDER + name, name, objects }];
    } catch {
      return []; // Made for another model.
    }
  };
  return contents.images.flatMap(known);
}

/** @returns {Promise<File>} The drawing, as if it had been dropped. */
export async function fetchSample({ url, name }) {
  const blob = await (await fetch(url)).blob();
  return new File([blob], name, { type: blob.type });
}

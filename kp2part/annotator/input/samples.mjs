/** Sample drawings that come with the page, with their keypoints. */

import { inWords } from "../state/category.mjs";
import { fromCoco } from "../files/coco_reader.mjs";

const FOLDER = "samples/";

/**
 * Offers the drawings, each as a button that opens it.
 * @param {Document} page With the elements of index.html.
 * @param {import("../state/category.mjs").Category} category
 * @param {import("./album.mjs").Album} album
 */
export async function showSamples(page, category, album) {
  const samples = await listSamples(category).catch(() => []);
  page.getElementById("samples").hidden = !samples.length;
  page.getElementById("sample-list").replaceChildren(...samples.map(
    (sample) => offer(sample, album)));
}

function offer(sample, album) {
  const item = document.createElement("li");
  const button = document.createElement("button");
  const picture = Object.assign(new Image(), { src: sample.url, alt: "" });
  const { length, 0: first } = sample.objects;
  const name = inWords(first.className);
  button.append(picture, length > 1 ? `${length} × ${name}` : name);
  button.addEventListener("click", async () => {
    try {
      await album.openWith(await fetchSample(sample), sample.objects);
    } catch (error) {
      album.desk.say(error.message, true);
    }
  });
  item.append(button);
  return item;
}

/**
 * @param {import("../state/category.mjs").Category} category
 * @returns {Promise<{url: string, name: string, objects: object[]}[]>} The
 *     samples whose keypoints the model knows.
 */
async function listSamples(category) {
  const response = await fetch(`${FOLDER}samples.json`);
  if (!response.ok) return [];
  const contents = await response.json();
  const known = (image) => {
    const { file_name: name } = image;
    try {
      const { objects } = fromCoco(contents, category, { ...image, name });
      return [{ url: FOLDER + name, name, objects }];
    } catch {
      return []; // Made for another model.
    }
  };
  return contents.images.flatMap(known);
}

/** @returns {Promise<File>} The drawing, as if it were dropped. */
async function fetchSample({ url, name }) {
  const blob = await (await fetch(url)).blob();
  return new File([blob], name, { type: blob.type });
}

/** The work on all photos of a set, for one file of them all. */

import { openPhoto } from "../files/photo.mjs";
import { hasWork } from "../state/progress.mjs";
import * as store from "../state/store.mjs";

/**
 * @typedef {object} Work
 * @property {import("../state/photo_set.mjs").Entry} entry
 * @property {import("../state/annotations.mjs").Annotated[]} objects
 */

/**
 * @param {import("../state/photo_set.mjs").PhotoSet} set
 * @param {import("./opening.mjs").Desk} desk
 * @param {() => void} check Throws if somebody wants to stop.
 * @returns {Promise<Work[]>} Of the photos that have work.
 * @throws {Error} A file is not the one that the work is on.
 */
export async function worksOf(set, desk, check) {
  const works = [];
  for (const entry of set.entries) {
    if (entry.progress === "untouched" || entry.isUnreadable) continue;
    check();
    const objects = desk.isOpen(entry)
      ? desk.editor.all.objects : await savedObjects(entry, desk.keypoints);
    works.push({ entry, objects });
  }
  return works;
}

async function savedObjects(entry, keypoints) {
  const key = store.keyOfWork(await store.keyOf(entry), keypoints);
  const objects = (await store.annotationsOf(key))?.objects;
  if (objects?.some(hasWork)) return objects;
  throw new Error(
    `${entry.path}: its contents are not those that the work of this name is ` +
    "on. Open it to say what is right.");
}

/**
 * Decodes a photo for a moment.
 * @template T
 * @param {import("../state/photo_set.mjs").Found} found
 * @param {(photo: import("../files/photo.mjs").Photo) => Promise<T>} use
 * @returns {Promise<T>}
 */
export async function withPhoto({ path, file }, use) {
  const photo = await openPhoto(file, path);
  try {
    return await use(photo);
  } catch (error) {
    error.message = `${path}: ${error.message}`;
    throw error;
  } finally {
    photo.close();
  }
}

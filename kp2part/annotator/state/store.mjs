/**
 * Saves work in the browser, so that a reload or a crash loses nothing: the
 * annotations of every photo by its contents, what its file was called, and
 * what was open and chosen last.
 */

const NAME = "kp2part";
const ANNOTATIONS = "annotations";
const LAST = "last";
const CLASS = "class";
const SET = "set";

/**
 * @typedef {object} Kept
 * @property {string[]} keypoints Names, in the order of the points.
 * @property {import("./annotations.mjs").Annotated[]} objects
 * @property {string} [stamp] Of this save.
 */

/**
 * Returns a key for a photo, from its contents.
 * @param {import("./photo_set.mjs").Found} found
 * @returns {Promise<string>}
 */
export async function keyOf({ path, file }) {
  // Browsers hash only on https and on localhost.
  if (!crypto.subtle) return [path, file.size, file.lastModified].join();
  const hash = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  return [...new Uint8Array(hash)]
    .map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @returns {string} Key of the annotations of a photo for a model. */
export function keyOfWork(photo, keypoints) {
  return `${photo} ${keypoints.join()}`;
}

/**
 * Saves annotations in place of others, without a moment in between.
 * @param {string} key Of a photo and a model.
 * @param {Kept} kept
 * @param {import("./photo_set.mjs").Facts} facts Saved along with them.
 * @param {(saved?: Kept) => boolean} mayReplace What is saved so far.
 * @returns {Promise<?Kept>} What is saved, if it may not be replaced.
 */
export async function replaceAnnotations(key, kept, facts, mayReplace) {
  let refused = null;
  await run("readwrite", (stores) => {
    const request = stores[ANNOTATIONS].get(key);
    request.onsuccess = () => {
      if (mayReplace(request.result)) {
        stores[ANNOTATIONS].put(kept, key);
        stores[LAST].put(facts, keyOfFacts(kept.keypoints, facts));
      } else {
        refused = request.result;
      }
    };
    return request;
  });
  return refused;
}

/** @returns {Promise<?Kept>} */
export async function annotationsOf(key) {
  return await run("readonly", (s) => s[ANNOTATIONS].get(key)) ?? null;
}

/** Saves the class that was chosen last. @param {string} name */
export function keepClass(name) {
  return run("readwrite", (stores) => stores[LAST].put(name, CLASS));
}

/** @returns {Promise<?string>} */
export async function lastClass() {
  return await run("readonly", (stores) => stores[LAST].get(CLASS)) ?? null;
}

const prefixOf = (keypoints) => `photo ${keypoints.join()} `;

function keyOfFacts(keypoints, { key, path }) {
  return `${prefixOf(keypoints)}${key} ${path}`;
}

/** Saves what a photo's file is called and how far it is. */
export function keepFacts(keypoints, facts) {
  return run("readwrite", (stores) => stores[LAST].put(
    facts, keyOfFacts(keypoints, facts)));
}

/**
 * @param {string[]} keypoints Of the model.
 * @returns {Promise<Map<string, import("./photo_set.mjs").Facts[]>>} By path.
 */
export async function allFacts(keypoints) {
  const prefix = prefixOf(keypoints);
  const all = await run("readonly", (stores) => stores[LAST].getAll(
    IDBKeyRange.bound(prefix, `${prefix}\uffff`)));
  const byPath = new Map(all.map(({ path }) => [path, []]));
  for (const facts of all) byPath.get(facts.path).push(facts);
  return byPath;
}

/**
 * Saves what is open.
 * @param {import("./photo_set.mjs").Found} found The photo in front.
 * @param {string[]} paths Of all photos.
 */
export function keepOpen(found, paths) {
  return run("readwrite", (stores) => {
    stores[LAST].put(paths, SET);
    return stores[LAST].put({ ...found }, LAST);
  });
}

/** @returns {Promise<?import("./photo_set.mjs").Found>} */
export async function lastPhoto() {
  const last = await run("readonly", (stores) => stores[LAST].get(LAST));
  if (!last) return null;
  return last instanceof File ? { path: last.name, file: last } : last;
}

/** @returns {Promise<string[]>} Paths of what was open. */
export async function lastSet() {
  return await run("readonly", (stores) => stores[LAST].get(SET)) ?? [];
}

/** Forgets what is open, but no annotations. */
export function forgetOpen() {
  return run("readwrite", (stores) => {
    stores[LAST].delete(SET);
    return stores[LAST].delete(LAST);
  });
}

let opened = null;

async function run(mode, use) {
  opened ??= open();
  const database = await opened;
  const transaction = database.transaction(
    [ANNOTATIONS, LAST], mode, { durability: "strict" });
  const stores = Object.fromEntries([ANNOTATIONS, LAST].map(
    (name) => [name, transaction.objectStore(name)]));
  const request = use(stores);
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(request.result);
    transaction.onabort = () => reject(transaction.error);
  });
}

function open() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(ANNOTATIONS);
      request.result.createObjectStore(LAST);
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/**
 * Saves work in the browser, so that a reload or a crash loses nothing: the
 * annotations of every photo, the photo that was open last, and the class that
 * was chosen last.
 */

const NAME = "kp2part";
const ANNOTATIONS = "annotations";
const LAST = "last";
const CLASS = "class";

/**
 * @typedef {object} Kept
 * @property {string[]} keypoints Names, in the order of the points.
 * @property {import("./annotations.mjs").Annotated[]} objects
 * @property {string} [stamp] Of this save.
 */

/**
 * Returns a key for a photo, from its contents.
 * @param {File} file
 * @returns {Promise<string>}
 */
export async function keyOf(file) {
  // Browsers hash only on https and on localhost.
  if (!crypto.subtle) return [file.name, file.size, file.lastModified].join();
  const hash = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  return [...new Uint8Array(hash)]
    .map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * Saves annotations in place of others, without a moment in between.
 * @param {string} key Of a photo and a model.
 * @param {Kept} kept
 * @param {(saved?: Kept) => boolean} mayReplace What is saved so far.
 * @returns {Promise<?Kept>} What is saved, if it may not be replaced.
 */
export async function replaceAnnotations(key, kept, mayReplace) {
  let refused = null;
  await run("readwrite", ({ [ANNOTATIONS]: annotations }) => {
    const request = annotations.get(key);
    request.onsuccess = () => {
      if (mayReplace(request.result)) annotations.put(kept, key);
      else refused = request.result;
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

/** Saves the open photo. @param {File} file */
export function keepPhoto(file) {
  return run("readwrite", (stores) => stores[LAST].put(file, LAST));
}

/** @returns {Promise<?File>} */
export async function lastPhoto() {
  return await run("readonly", (stores) => stores[LAST].get(LAST)) ?? null;
}

/** Forgets the open photo, but not its annotations. */
export function forgetPhoto() {
  return run("readwrite", (stores) => stores[LAST].delete(LAST));
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

/** Which files are meant by what is chosen, dropped or pasted. */

const PHOTO = /\.(jpe?g|jfif|png|bmp|gif|tiff?|webp|avif|heic|heif)$/i;
const HIDDEN = /(^|\/)\./; // "._a.jpg" is no photo: macOS.

/** @typedef {import("../state/photo_set.mjs").Found} Found */

/**
 * @param {Iterable<File>} files Chosen, perhaps as a folder.
 * @returns {Found[]}
 */
export function listChosen(files) {
  return [...files].map((file) => (
    { path: (file.webkitRelativePath || file.name).normalize("NFC"), file }));
}

/**
 * Call it while the event is handled: afterwards the browser forgets the files.
 * @param {DataTransfer} transfer What was dropped.
 * @returns {Promise<Found[]>} Its files, and all that are in its folders.
 */
export function listDropped(transfer) {
  const items = [...transfer.items].filter((item) => item.kind === "file");
  const listed = items.map((item) => {
    const entry = item.webkitGetAsEntry?.();
    return entry?.isDirectory ? walk(entry) : listChosen([item.getAsFile()]);
  });
  return Promise.all(listed).then((lists) => lists.flat());
}

async function walk(entry) {
  if (entry.isFile) {
    const file = await new Promise((...ends) => entry.file(...ends));
    return [{ path: entry.fullPath.slice(1).normalize("NFC"), file }];
  }
  const reader = entry.createReader();
  const inside = [];
  for (;;) { // A reader gives at most 100 at once.
    const some = await new Promise((...ends) => reader.readEntries(...ends));
    if (!some.length) break;
    inside.push(...some);
  }
  const found = [];
  for (const one of inside) found.push(...await walk(one));
  return found;
}

/**
 * @param {Found[]} found
 * @returns {{photos: Found[], annotations: Found[], others: Found[]}} JSON
 *     files count as annotations unless they only happen to be in a folder. A
 *     file that came alone counts as a photo.
 */
export function sortOut(found) {
  const isInFolder = ({ path }) => path.includes("/");
  const isJson = ({ path }) => /\.json$/i.test(path);
  const annotations = found.filter((one) => isJson(one) && !isInFolder(one));
  const rest = found.filter((one) => !annotations.includes(one));
  const isPhoto = (one) => !isJson(one) && !HIDDEN.test(one.path)
    && (PHOTO.test(one.path) || one.file.type.startsWith("image/"));
  const isAlone = rest.length === 1 && !isInFolder(rest[0]);
  const photos = isAlone ? rest : rest.filter(isPhoto);
  const others = rest.filter((one) => !photos.includes(one));
  return { photos, annotations, others };
}

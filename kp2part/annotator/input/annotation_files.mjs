/** Reads annotation files: into the open photo, or into all photos of a set. */

import {
  findImage, fromCoco, readImage, requireCoco,
} from "../files/coco_reader.mjs";
import { parse } from "../files/json_text.mjs";
import { findFiles } from "../files/names.mjs";
import { photoSize } from "../files/photo.mjs";
import { hasWork, progressOf } from "../state/progress.mjs";
import { SavedWork } from "../state/saved_work.mjs";
import * as store from "../state/store.mjs";
import { countOf, someOf } from "../view/set_report.mjs";

/**
 * @param {import("./album.mjs").Album} album
 * @param {import("../state/photo_set.mjs").Found} found A JSON file.
 * @returns {Promise<string>} What was read; "" if another photo came first.
 * @throws {Error} It cannot be read; the message names the file.
 */
export async function readAnnotations(album, { file }) {
  const { editor } = album.desk;
  const { photo } = editor;
  if (!photo) throw new Error(`Open the photo first, then ${file.name}.`);
  const contents = await parsed(file);
  if (editor.photo !== photo) return ""; // Another one was opened.
  try {
    const told = album.set.entries.length > 1
      ? await intoSet(album, contents) : intoPhoto(editor, contents);
    return `Read ${told.replace("FILE", `from ${file.name}`)}`;
  } catch (error) {
    throw new Error(`${file.name}: ${error.message}`, { cause: error });
  }
}

async function parsed(file) {
  try {
    return parse(await file.arrayBuffer());
  } catch {
    throw new Error(`${file.name}: it is not a JSON file.`);
  }
}

function intoPhoto(editor, contents) {
  const { objects, passedOver } = fromCoco(
    contents, editor.category, editor.photo);
  editor.replaceAll(objects);
  const others = passedOver.join(", ");
  return `${objects.length} FILE.${others && ` Passed over: ${others}.`}` +
    `${tellSuggested(objects)} Undo reverts it.`;
}

function tellSuggested(objects) {
  return objects.some(({ suggested }) => suggested)
    ? " A model's keypoints are suggestions until you accept them." : "";
}

/** Checks all photos before it changes one. */
async function intoSet(album, contents) {
  requireCoco(contents);
  const entries = meant(album.set.entries, contents.images);
  const found = [];
  for (const entry of entries) {
    album.desk.say(`Reading for ${entry.path}…`);
    found.push(...await readFor(entry, contents, album.desk));
  }
  if (!found.length) {
    throw new Error(
      "It has no object with keypoints in any of the open photos.");
  }
  const chosen = await choose(found, album.desk);
  for (const one of chosen) await write(one, album);
  const objects = chosen.flatMap((one) => one.objects);
  return `${objects.length} FILE, in ${countOf(chosen.length, "photo")}.` +
    tellSuggested(objects);
}

/** The photos that a file surely means; none is meant twice. */
function meant(entries, images) {
  const named = images.filter(({ file_name: name }) => (
    typeof name === "string"));
  const found = entries.map((entry) => [
    entry, findFiles(entry.path, named, (image) => image.file_name)]);
  const owners = new Map();
  for (const [{ path }, those] of found) {
    for (const image of those) {
      if (owners.has(image)) {
        throw new Error(
          `${image.file_name} may mean several photos: ` +
          `${owners.get(image)}, ${path}. Write the folder into the name.`);
      }
      owners.set(image, path);
    }
  }
  return found.filter(([, those]) => those.length).map(([entry]) => entry);
}

async function readFor(entry, contents, desk) {
  const { path: name, file } = entry;
  const size = await photoSize(file, name);
  const { category } = desk.editor;
  const photo = { name, ...size };
  const image = findImage(contents.images, photo);
  const { objects } = readImage(contents, category, photo, image);
  if (!objects.length) return [];
  const work = new SavedWork(
    entry, await store.keyOf(entry), category.keypoints, size);
  const saved = await work.read();
  return [{ entry, objects, work, hasWork: saved?.some(hasWork) }];
}

async function choose(found, desk) {
  const begun = found.filter((one) => one.hasWork);
  if (!begun.length) return found;
  const answer = await desk.ask(
    `There is work already on ${someOf(begun.map((b) => b.entry.path))}.`, {
      replace: "Replace it by what is in the file",
      keep: "Keep it, and read only for the other photos",
      cancel: "Read nothing",
    }, "cancel");
  if (answer === "cancel") throw new Error("Nothing was read.");
  return answer === "keep" ? found.filter((one) => !one.hasWork) : found;
}

async function write({ entry, objects, work }, { desk, set }) {
  if (desk.isOpen(entry)) {
    desk.editor.replaceAll(objects);
  } else if (await work.keep(objects)) {
    throw new Error(`Another tab changed ${entry.path} at the same time.`);
  } else {
    set.mark(entry.path, progressOf(objects));
  }
  work.close();
}

/** Reads annotation files into the open photo. */

import { fromCoco } from "../files/coco_reader.mjs";
import { parse } from "../files/json_text.mjs";

/**
 * @param {import("../state/editor.mjs").Editor} editor
 * @param {import("../state/photo_set.mjs").Found} found A JSON file.
 * @returns {Promise<string>} What was read; "" if another photo came first.
 * @throws {Error} It cannot be read; the message names the file.
 */
export async function readAnnotations(editor, { file }) {
  const { photo, category } = editor;
  if (!photo) throw new Error(`Open the photo first, then ${file.name}.`);
  let contents;
  try {
    contents = parse(await file.arrayBuffer());
  } catch {
    throw new Error(`${file.name}: it is not a JSON file.`);
  }
  if (editor.photo !== photo) return ""; // Another one was opened.
  try {
    const { objects, passedOver } = fromCoco(contents, category, photo);
    editor.replaceAll(objects);
    const others = passedOver.join(", ");
    return `Read ${objects.length} from ${file.name}.` +
      `${others && ` Passed over: ${others}.`} Undo reverts it.`;
  } catch (error) {
    throw new Error(`${file.name}: ${error.message}`, { cause: error });
  }
}

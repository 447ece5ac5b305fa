/** Asks the server what its model is. */

import { readCategory } from "../state/category.mjs";
import { errorIn } from "./errors.mjs";

/**
 * @returns {Promise<import("../state/category.mjs").Category>}
 * @throws {Error} The server has no model, or describes it otherwise.
 */
export async function fetchCategory() {
  const response = await fetch("model.json");
  const text = await response.text();
  if (!response.ok) {
    throw new Error(
      errorIn(text) ?? `The server responded with ${response.status}.`);
  }
  return readCategory(JSON.parse(text));
}

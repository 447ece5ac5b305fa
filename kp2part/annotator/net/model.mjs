/** Asks the server what its models are. */

import { readCategory } from "../state/category.mjs";
import { errorIn } from "./errors.mjs";

const CHOSEN = "model"; // In the page's address.

/**
 * @returns {Promise<import("../state/category.mjs").Category>}
 * @throws {Error} The server has no model, or describes it otherwise.
 */
export async function fetchCategory() {
  const chosen = new URLSearchParams(location.search).get(CHOSEN);
  const query = chosen ? `?${new URLSearchParams({ [CHOSEN]: chosen })}` : "";
  const response = await fetch(`model.json${query}`);
  const text = await response.text();
  if (!response.ok) {
    throw new Error(
      errorIn(text) ?? `The server responded with ${response.status}.`);
  }
  return readCategory(JSON.parse(text));
}

/** Opens the page for another model; work is kept for each. */
export function openFor(model) {
  location.search = new URLSearchParams({ [CHOSEN]: model });
}

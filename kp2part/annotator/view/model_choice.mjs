/** The choice of a model, where the server has several. */

/**
 * @param {Document} document
 * @param {import("../state/category.mjs").Category} category Of the one open.
 * @param {(model: string) => void} open Opens another one.
 */
export function offerModels(document, { model, models }, open) {
  const select = document.getElementById("models");
  select.hidden = models.length < 2;
  select.replaceChildren(
    ...models.map((name) => new Option(name, name, false, name === model)));
  select.addEventListener("change", () => open(select.value));
}

/** The category of the served model: names of keypoints and parts. */

/**
 * @typedef {object} Category
 * @property {string} model The model's name, as the predict API calls it.
 * @property {string[]} models The names of all models that are served.
 * @property {string} noun What one object is called, e.g. "quadruped".
 * @property {string[]} classes Names that an object can have, e.g. "cow".
 * @property {string[]} keypoints K names.
 * @property {number[]} mirror K indices: each keypoint's partner in a mirror.
 * @property {[number, number][]} skeleton Pairs of keypoint indices.
 * @property {string[]} parts P names, background first.
 * @property {[number, number, number][]} colors P of (r, g, b), 0 to 255.
 */

const OTHER_SIDE = { left: "right", right: "left" };

/**
 * Reads the server's description of its model.
 * @param {object} fields The contents of /model.json.
 * @returns {Category}
 * @throws {Error} A field is missing; the message names it.
 */
export function readCategory(fields) {
  const category = fields?.task?.category;
  for (const name of ["name", "classes", "keypoints", "parts", "palette"]) {
    if (!category?.[name]) {
      throw new Error(`model.json has no field task.category.${name}.`);
    }
  }
  const { keypoints } = category;
  const edges = category.skeleton ?? [];
  return {
    model: fields.name,
    models: fields.models ?? [fields.name],
    noun: inWords(category.name),
    classes: category.classes,
    keypoints,
    mirror: keypoints.map((name) => keypoints.indexOf(mirrored(name))),
    skeleton: edges.map((edge) => edge.map((n) => keypoints.indexOf(n))),
    parts: Object.keys(category.parts),
    colors: category.palette.map(rgb),
  };
}

/** @returns {string} e.g. "left eye" for "left_eye". */
export function inWords(name) {
  return name.replaceAll("_", " ");
}

/** @returns {string} An object's class; "" if the category has only one. */
export function kindOf({ className }, { classes }) {
  if (classes.length < 2) return "";
  return className ? inWords(className) : "kind?";
}

/** @returns {"left" | "right" | "middle"} The side of a keypoint. */
export function sideOf(name) {
  return name.split("_").find((word) => word in OTHER_SIDE) ?? "middle";
}

function mirrored(name) {
  return name.split("_").map((w) => OTHER_SIDE[w] ?? w).join("_");
}

function rgb(color) {
  return [1, 3, 5].map((i) => parseInt(color.slice(i, i + 2), 16));
}

/** Lists beside the photo: keypoints on a figure and by name, objects. */

import { inWords, kindOf, sideOf } from "../state/category.mjs";
import { keyOf } from "./keypoint_keys.mjs";
import { pointIcon, pointShape, svg } from "./shapes.mjs";
import { layOut } from "./skeleton_layout.mjs";

const MARGIN = 14; // Around the figure.
const STATES = {
  open: ["", "open"], absent: ["–", "skipped"],
  hidden: ["◌", "hidden"], seen: ["✓", "placed"],
};

/** @returns {keyof STATES} The state of a keypoint. */
function stateOf(point) {
  return point ? ["absent", "hidden", "seen"][point[2]] : "open";
}

/** The skeleton of a category, with the current keypoint marked. */
export class Figure {
  /**
   * @param {SVGElement} element
   * @param {import("../state/category.mjs").Category} category
   * @param {(keypoint: number) => void} onSelect
   */
  constructor(element, category, onSelect) {
    const { width, height } = element.viewBox.baseVal;
    this.element = element;
    this.category = category;
    this.places = layOut(category).map(({ x, y }) => ({
      x: MARGIN + x * (width - 2 * MARGIN),
      y: MARGIN + y * (height - 2 * MARGIN),
    }));
    element.addEventListener("click", ({ target }) => {
      if (target.dataset.keypoint) onSelect(Number(target.dataset.keypoint));
    });
  }

  /** @param {import("../state/annotations.mjs").Annotated} object */
  show(object, current) {
    const { keypoints, skeleton } = this.category;
    const bones = skeleton.map(([a, b]) => svg("line", {
      x1: this.places[a].x, y1: this.places[a].y,
      x2: this.places[b].x, y2: this.places[b].y, class: "figure-bone",
    }));
    const points = keypoints.map((name, k) => {
      const state = stateOf(object.points[k]);
      const shape = pointShape(name, this.places[k], 5, state);
      shape.dataset.keypoint = k;
      shape.append(svg("title", {}, inWords(name)));
      return shape;
    });
    const { x, y } = this.places[current];
    const ring = svg("circle", { cx: x, cy: y, r: 10, class: "figure-ring" });
    this.element.replaceChildren(...bones, ring, ...points);
    this.element.setAttribute(
      "aria-label", `Skeleton; marked: ${inWords(keypoints[current])}`);
  }
}

/** Shows all keypoints by name, as buttons. */
export function listKeypoints(list, category, object, current, onSelect) {
  const names = category.keypoints;
  if (list.children.length !== names.length) {
    list.replaceChildren(...names.map((name, k) => (
      keypointButton(name, keyOf(k), () => onSelect(k)))));
  }
  names.forEach((name, k) => {
    const button = list.children[k].firstChild;
    const state = stateOf(object.points[k]);
    const [mark, words] = STATES[state];
    button.dataset.state = state;
    button.lastChild.textContent = mark;
    button.setAttribute("aria-label", `${inWords(name)}, ${words}`);
    button.setAttribute("aria-current", k === current ? "true" : "false");
  });
}

function keypointButton(name, key, onClick) {
  const item = document.createElement("li");
  item.className = sideOf(name);
  const button = document.createElement("button");
  const [label, mark] = [1, 2].map(() => document.createElement("span"));
  label.textContent = inWords(name);
  mark.className = "mark";
  const letter = document.createElement("kbd");
  letter.textContent = key;
  button.setAttribute("aria-keyshortcuts", key.replace("⇧", "Shift+"));
  button.append(pointIcon(name), label, letter, mark);
  button.addEventListener("click", onClick);
  item.append(button);
  return item;
}

/** Shows which shape is which side, if the category has sides. */
export function describeSides(element, { keypoints }) {
  const sides = new Set(keypoints.map(sideOf));
  if (!sides.has("left")) return;
  element.replaceChildren(...["left", "right", "middle"]
    .filter((side) => sides.has(side))
    .map((side) => {
      const line = document.createElement("span");
      line.append(pointIcon(side), side);
      return line;
    }), "Left means the object's own left.");
}

/**
 * Shows all objects of the photo.
 * @param {HTMLElement} list
 * @param {import("../state/annotations.mjs").Annotations} all
 * @param {import("../state/category.mjs").Category} category
 * @param {{select: (i: number) => void, remove: (i: number) => void}} on
 */
export function listObjects(list, all, category, on) {
  const focused = [...list.querySelectorAll("button")]
    .indexOf(document.activeElement);
  list.replaceChildren(...all.objects.map((object, i) => {
    const item = document.createElement("li");
    const isActive = i === all.active;
    const said = object.points.filter((point) => point).length;
    const choose = document.createElement("button");
    choose.className = "choose";
    choose.textContent = `${inWords(category.noun)} ${i + 1}`;
    choose.setAttribute("aria-pressed", isActive);
    choose.addEventListener("click", () => on.select(i));
    const count = document.createElement("span");
    count.className = "quiet";
    count.textContent = `${said} of ${object.points.length}`;
    const kind = document.createElement("span");
    kind.textContent = kindOf(object, category);
    item.append(choose, kind, count, removeButton(i, category, on.remove));
    return item;
  }));
  list.querySelectorAll("button")[focused]?.focus();
}

function removeButton(i, { noun }, onClick) {
  const button = document.createElement("button");
  button.className = "icon small";
  button.textContent = "×";
  button.setAttribute("aria-label", `Remove ${noun} ${i + 1}`);
  button.addEventListener("click", () => onClick(i));
  return button;
}

/** Draws boxes, bones, keypoints and names over the photo, as SVG. */

import { inWords, kindOf } from "../state/category.mjs";
import { handles, placeOf, toScreen } from "../state/geometry.mjs";
import { suggestedBox, suggestedPoints } from "../state/suggestions.mjs";
import { pointShape, svg } from "./shapes.mjs";

const POINT_RADIUS = 6.5;

/**
 * @param {SVGElement} layer Its contents are replaced.
 * @param {object} scene
 * @param {import("../state/annotations.mjs").Annotations} scene.all
 * @param {import("../state/category.mjs").Category} scene.category
 * @param {import("../state/geometry.mjs").View} scene.view
 * @param {boolean} scene.showPoints
 * @param {?import("../state/geometry.mjs").Box} scene.drawn Unfinished box.
 * @param {?import("../state/geometry.mjs").Place} scene.cursor Of the keyboard.
 * @param {?{x: number, y: number, radius: number}} scene.brush In the photo.
 * @param {{part: number, x: number, y: number}[]} scene.names Of parts.
 */
export function drawMarks(layer, scene) {
  const { all, view, drawn, cursor, brush, names, category } = scene;
  const elements = [];
  all.objects.forEach((object, i) => {
    const isActive = i === all.active;
    const group = svg("g", { class: isActive ? "object active" : "object" });
    if (object.box) group.append(...boxMarks(object.box, view, isActive));
    if (scene.showPoints) group.append(...bones(object, scene));
    if (scene.showPoints) group.append(...points(object, scene, isActive));
    group.append(...suggestions(object, scene));
    group.append(...kindMark(object, scene));
    elements.push(group);
  });
  elements.push(...names.map(({ part, x, y }) => (
    nameOf(category.parts[part], toScreen(view, { x, y })))));
  if (drawn) elements.push(...boxMarks(drawn, view, false));
  if (brush) elements.push(...brushRing(brush, view));
  if (cursor) elements.push(...crosshair(toScreen(view, cursor)));
  layer.replaceChildren(...elements);
}

/** What a model suggests and nobody has accepted: dashed and hollow. */
function suggestions(object, { category, view }) {
  const box = suggestedBox(object);
  const lines = box ? boxMarks(box, view, false) : [];
  lines.forEach((line) => line.classList.add("suggested"));
  const shapes = suggestedPoints(object).flatMap((point, k) => {
    if (!point) return [];
    const at = toScreen(view, placeOf(point));
    return [pointShape(category.keypoints[k], at, POINT_RADIUS, "suggested")];
  });
  return [...lines, ...shapes];
}

function boxMarks(box, view, isActive) {
  const from = toScreen(view, { x: box[0], y: box[1] });
  const to = toScreen(view, { x: box[2], y: box[3] });
  const place = {
    x: from.x, y: from.y, width: to.x - from.x, height: to.y - from.y,
  };
  const lines = [
    svg("rect", { ...place, class: "box casing" }),
    svg("rect", { ...place, class: "box line" }),
  ];
  if (!isActive) return lines;
  const dots = Object.values(handles(box)).map((handle) => {
    const { x, y } = toScreen(view, handle);
    return svg("rect", {
      x: x - 4.5, y: y - 4.5, width: 9, height: 9, rx: 2, class: "handle",
    });
  });
  return [...lines, ...dots];
}

/** The class at the object's upper left, inside where there is no room above. */
function kindMark(object, { category, view }) {
  const kind = kindOf(object, category);
  const corner = cornerOf(object);
  if (!kind || !corner) return [];
  const { x, y } = toScreen(view, corner);
  const place = { x: Math.max(x, 4), y: y < 24 ? Math.max(y, 0) + 14 : y - 11 };
  const missing = object.className ? "" : "missing";
  return [svg("text", { ...place, class: `name kind ${missing}` }, kind)];
}

function cornerOf({ box, points: all }) {
  if (box) return { x: box[0], y: box[1] };
  const placed = all.filter((point) => point?.[2]).map(placeOf);
  const least = (axis) => Math.min(...placed.map((place) => place[axis]));
  return placed.length ? { x: least("x"), y: least("y") } : null;
}

function bones(object, { category, view }) {
  const ends = category.skeleton.map(
    (edge) => edge.map((k) => object.points[k]));
  const placed = ends.filter(([a, b]) => a?.[2] && b?.[2]);
  return ["casing", "line"].flatMap((kind) => placed.map(([a, b]) => {
    const [from, to] = [a, b].map((p) => toScreen(view, placeOf(p)));
    return svg("line", {
      x1: from.x, y1: from.y, x2: to.x, y2: to.y, class: `bone ${kind}`,
    });
  }));
}

function points(object, { all, category, view }, isActive) {
  return object.points.flatMap((point, k) => {
    if (!point?.[2]) return [];
    const name = category.keypoints[k];
    const at = toScreen(view, placeOf(point));
    const isCurrent = isActive && k === all.current;
    const shape = pointShape(
      name, at, POINT_RADIUS, point[2] === 1 ? "hidden" : "");
    if (!isCurrent) return [shape];
    const ring = svg("circle", { cx: at.x, cy: at.y, r: 13, class: "ring" });
    const above = { x: at.x, y: at.y - 22 };
    return [ring, shape, nameOf(inWords(name), above, "current")];
  });
}

function nameOf(text, { x, y }, kind = "") {
  return svg("text", { x, y, class: `name ${kind}` }, inWords(text));
}

function brushRing(brush, view) {
  const { x, y } = toScreen(view, brush);
  const r = Math.max(2, brush.radius * view.scale);
  return ["casing", ""].map((kind) => svg(
    "circle", { cx: x, cy: y, r, class: `brush-ring ${kind}` }));
}

function crosshair({ x, y }) {
  const d = `M${x - 16} ${y}h12m8 0h12M${x} ${y - 16}v12m0 8v12`;
  return ["casing", "line"].map((kind) => (
    svg("path", { d, class: `crosshair ${kind}` })));
}

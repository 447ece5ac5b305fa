/** SVG shapes that distinguish the sides of keypoints without color, too. */

import { sideOf } from "../state/category.mjs";

const SVG = "http://www.w3.org/2000/svg";

/**
 * Makes an SVG element.
 * @param {string} tag
 * @param {Record<string, string | number>} attributes
 * @param {string} text
 * @returns {SVGElement}
 */
export function svg(tag, attributes = {}, text = "") {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) {
    element.setAttribute(name, value);
  }
  element.textContent = text;
  return element;
}

/**
 * Draws a keypoint: left is a circle, right a square, others a diamond.
 * @param {string} name Of the keypoint.
 * @param {{x: number, y: number}} at
 * @param {number} radius
 * @param {string} state More class names.
 * @returns {SVGElement}
 */
export function pointShape(name, { x, y }, radius, state = "") {
  const side = sideOf(name);
  const shared = { class: `point ${side} ${state}` };
  if (side === "left") {
    return svg("circle", { cx: x, cy: y, r: radius, ...shared });
  }
  const half = radius * 0.9;
  const square = {
    x: x - half, y: y - half, width: 2 * half, height: 2 * half, rx: 1,
  };
  if (side === "right") return svg("rect", { ...square, ...shared });
  const transform = `rotate(45 ${x} ${y})`;
  return svg("rect", { ...square, transform, ...shared });
}

/** @returns {SVGElement} A small picture of one keypoint's shape. */
export function pointIcon(name, state = "") {
  const icon = svg("svg", {
    viewBox: "0 0 16 16", class: "shape", "aria-hidden": "true",
  });
  icon.append(pointShape(name, { x: 8, y: 8 }, 5, state));
  return icon;
}

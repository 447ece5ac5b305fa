/**
 * Places the keypoints of any category on a small figure, from their names and
 * the skeleton alone: laid out flat and seen from behind, so left is on the
 * left. Distances along the skeleton become distances on the figure (stress
 * majorization: Gansner, Koren and North, 2004). The figure stays symmetric.
 */

import { sideOf } from "../state/category.mjs";

const ROUNDS = 150;
const SIDES = { left: -1, middle: 0, right: 1 };

/**
 * @param {import("../state/category.mjs").Category} category
 * @returns {{x: number, y: number}[]} K places, each of x and y in [0, 1].
 */
export function layOut({ keypoints, mirror, skeleton }) {
  const sides = keypoints.map((name) => SIDES[sideOf(name)]);
  const distances = graphDistances(keypoints.length, skeleton);
  let points = keypoints.map((_, i) => start(i, sides[i], distances));
  for (let round = 0; round < ROUNDS; round++) {
    const moved = points.map((_, i) => majorize(i, points, distances));
    points = moved.map((p, i) => symmetric(p, moved[mirror[i]], sides[i]));
  }
  return intoUnitSquare(upright(points));
}

function start(index, side, distances) {
  // The first keypoint is at the top; a small offset breaks ties.
  const level = distances[0][index];
  return { x: side * (1 + level) + 0.01 * side * index, y: level };
}

function graphDistances(count, edges) {
  const far = count + 1;
  const d = Array.from({ length: count }, (_, i) => (
    Array.from({ length: count }, (_, j) => (i === j ? 0 : far))));
  for (const [a, b] of edges) d[a][b] = d[b][a] = 1;
  for (let k = 0; k < count; k++) {
    for (let i = 0; i < count; i++) {
      for (let j = 0; j < count; j++) {
        d[i][j] = Math.min(d[i][j], d[i][k] + d[k][j]);
      }
    }
  }
  const connected = Math.max(1, ...d.flat().filter((value) => value < far));
  return d.map((row) => row.map((v) => (v < far ? v : connected + 1)));
}

function majorize(i, points, distances) {
  let [x, y, total] = [0, 0, 0];
  for (let j = 0; j < points.length; j++) {
    if (j === i) continue;
    const wanted = distances[i][j];
    const weight = 1 / wanted ** 2;
    const [dx, dy] = [points[i].x - points[j].x, points[i].y - points[j].y];
    const pull = wanted / Math.max(Math.hypot(dx, dy), 1e-6);
    x += weight * (points[j].x + pull * dx);
    y += weight * (points[j].y + pull * dy);
    total += weight;
  }
  return total ? { x: x / total, y: y / total } : points[i];
}

function symmetric(point, partner, side) {
  const reach = (Math.abs(point.x) + Math.abs(partner.x)) / 2;
  // Keypoints without a side are in the middle; the sides never cross.
  return { x: side * Math.max(reach, 0.3), y: (point.y + partner.y) / 2 };
}

function upright(points) {
  const mean = points.reduce((sum, p) => sum + p.y, 0) / points.length;
  const sign = points[0].y > mean ? -1 : 1;
  return points.map(({ x, y }) => ({ x, y: sign * y }));
}

function intoUnitSquare(points) {
  const scaled = {};
  for (const axis of ["x", "y"]) {
    const values = points.map((p) => p[axis]);
    const low = Math.min(...values);
    const extent = Math.max(...values) - low;
    scaled[axis] = values.map((v) => (extent ? (v - low) / extent : 0.5));
  }
  return points.map((_, i) => ({ x: scaled.x[i], y: scaled.y[i] }));
}

/** Magnifies what a fingertip covers. */

const MAGNIFICATION = 2.5; // Relative to the stage.

/** A round picture in the corner away from the finger. */
export class Loupe {
  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
  }

  /**
   * @param {import("./stage.mjs").Stage} stage
   * @param {import("../files/photo.mjs").Photo} photo
   * @param {import("../state/geometry.mjs").Place} place Middle, in the photo.
   * @param {import("../state/geometry.mjs").Place} finger On the stage.
   */
  show(stage, photo, place, finger) {
    const { canvas } = this;
    const { width } = canvas;
    const side = width / (MAGNIFICATION * stage.view.scale);
    const [left, top] = [place.x - side / 2, place.y - side / 2];
    const context = canvas.getContext("2d");
    context.clearRect(0, 0, width, width);
    const source = [left, top, side, side].map((v) => v * photo.scale);
    context.drawImage(photo.image, ...source, 0, 0, width, width);
    context.beginPath();
    context.moveTo(width / 2, width * 0.3);
    context.lineTo(width / 2, width * 0.7);
    context.moveTo(width * 0.3, width / 2);
    context.lineTo(width * 0.7, width / 2);
    for (const [color, line] of [["black", 4], ["white", 2]]) {
      context.strokeStyle = color;
      context.lineWidth = line;
      context.stroke();
    }
    canvas.classList.toggle("right", finger.x < stage.size.width / 2);
    canvas.hidden = false;
  }

  hide() {
    this.canvas.hidden = true;
  }
}

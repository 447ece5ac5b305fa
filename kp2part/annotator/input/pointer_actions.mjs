/** What gestures do to the annotations. */

import { boxBetween, placeOf, toPhoto, toScreen } from "../state/geometry.mjs";

/**
 * Returns what happens on each gesture on the stage.
 * @param {import("../state/editor.mjs").Editor} editor
 * @param {import("../view/stage.mjs").Stage} stage
 * @param {import("./commands.mjs").Commands} commands
 * @param {import("../view/loupe.mjs").Loupe} loupe
 * @param {(drawn: ?import("../state/geometry.mjs").Box) => void} showDrawn
 * @param {() => void} redraw
 * @returns {import("./gestures.mjs").Responses}
 */
export function responses(editor, stage, commands, loupe, showDrawn, redraw) {
  const { brush } = commands;
  let drawn = null;
  const photoPlace = (at) => toPhoto(stage.view, at);

  const grab = (at, { pointerType }) => {
    drawn = null;
    if (brush.isOn) return { brush: true };
    if (editor.phase === "box") return { newBox: true };
    const hit = stage.hit(editor.object, at, pointerType);
    if (hit?.point === undefined) return hit;
    const place = toScreen(
      stage.view, placeOf(editor.object.points[hit.point]));
    // A fingertip covers the point, so the point moves with the finger.
    const isFinger = pointerType !== "mouse";
    return { ...hit, dx: place.x - at.x, dy: place.y - at.y, isFinger };
  };

  const drag = (target, at, from) => {
    if (target.brush) {
      commands.cross.hover(photoPlace(at));
      brush.drag(photoPlace(at), photoPlace(from));
    } else if (target.newBox) {
      drawn = boxBetween(photoPlace(from), photoPlace(at), editor.photo);
      showDrawn(drawn);
    } else if (target.handle) {
      editor.moveHandle(target.handle, photoPlace(at));
    } else {
      const point = { x: at.x + target.dx, y: at.y + target.dy };
      const place = photoPlace(point);
      editor.movePoint(target.point, place);
      if (target.isFinger) loupe.show(stage, editor.photo, place, at);
    }
  };

  const drop = (target) => {
    loupe.hide();
    if (target.brush) {
      brush.drop();
      return;
    }
    if (!target.newBox) {
      editor.endMove();
      return;
    }
    showDrawn(null);
    if (drawn && editor.phase === "box") commands.setBox(drawn);
    redraw();
  };

  const cancel = (target) => {
    loupe.hide();
    showDrawn(null);
    if (target.brush) brush.cancel();
    else if (!target.newBox) editor.cancelMove();
    redraw();
  };

  const click = (at, event) => {
    commands.cross.place = null;
    const place = photoPlace(at);
    if (brush.isOn) {
      brush.dab(place, event.shiftKey);
      return;
    }
    const { width, height } = editor.photo;
    const isInside = place.x >= 0 && place.y >= 0
      && place.x <= width && place.y <= height;
    const hit = stage.hit(editor.object, at, event.pointerType);
    // While keypoints are missing, a click places one, even close to another.
    const isOpen = editor.object.points[editor.all.current] === null;
    if (editor.phase === "box") {
      commands.placeCorner(place);
    } else if (editor.phase === "points" && isOpen) {
      if (isInside) commands.place(place, event.shiftKey);
    } else if (hit?.point !== undefined) {
      editor.select(hit.point);
    } else if (!selectOther(editor, stage, at, event.pointerType)
      && editor.phase === "points") {
      editor.selectOpen();
    }
  };

  const hover = (at) => {
    if (!editor.photo) return;
    commands.cross.hover(photoPlace(at));
    if (commands.cross.corner || brush.isOn) redraw();
  };

  const look = (method) => (...values) => {
    stage[method](...values);
    redraw();
  };
  const looks = { pan: look("pan"), zoom: look("zoom") };
  return { grab, drag, drop, cancel, click, hover, ...looks };
}

function selectOther(editor, stage, at, pointerType) {
  const index = editor.all.objects.findIndex((object, i) => (
    i !== editor.all.active && stage.hit(object, at, pointerType)));
  if (index >= 0) editor.selectObject(index);
  return index >= 0;
}

/** The annotation page, put together from its parts. */

import { inWords, readCategory } from "./state/category.mjs";
import { errorIn } from "./net/errors.mjs";
import { Commands } from "./input/commands.mjs";
import { DownloadMenu } from "./view/download_menu.mjs";
import { Editor } from "./state/editor.mjs";
import { Gestures } from "./input/gestures.mjs";
import { takeFiles } from "./input/intake.mjs";
import { listen, listKeys } from "./input/keys.mjs";
import { KindChoice } from "./view/kind.mjs";
import { LiveParts } from "./net/live_parts.mjs";
import { Loupe } from "./view/loupe.mjs";
import { NameChip } from "./view/name_chip.mjs";
import { Desk } from "./input/opening.mjs";
import {
  describeSides, Figure, listKeypoints, listObjects,
} from "./view/panel.mjs";
import { PartsPanel } from "./view/parts_panel.mjs";
import { responses } from "./input/pointer_actions.mjs";
import { inAWord, showPrompt } from "./view/prompt.mjs";
import { showSamples } from "./input/samples.mjs";
import { Stage } from "./view/stage.mjs";
import { Status } from "./view/status.mjs";

const find = (id) => document.getElementById(id);
const onClick = (id, action) => find(id).addEventListener("click", action);

/** The page once it knows its model. */
class App {
  #drawn = null; // The box that a pointer is drawing.
  #isDue = false; // Whether a frame is already requested.
  #isMaskDue = false;

  constructor(category, status) {
    this.category = category;
    this.status = status;
    this.editor = new Editor(category);
    this.stage = new Stage(find("stage"));
    this.live = new LiveParts(category.model);
    this.parts = new PartsPanel(document, category);
    const redraw = () => this.#redraw();
    this.commands = new Commands(this.editor, this.stage, redraw);
    this.desk = new Desk(
      this.editor, (photo) => this.#showPhoto(photo),
      (text, isError) => status.say(text, isError));
    this.figure = new Figure(
      find("figure"), category, (k) => this.editor.select(k));
    this.kind = new KindChoice(
      find("kind"), category, (name) => this.editor.setClass(name),
      () => this.#focus());
    this.menu = new DownloadMenu(
      document, this.editor, this.parts, status, () => this.kind.focus());
    this.#listen();
    this.#writeNames();
  }

  #writeNames() {
    const noun = inWords(this.category.noun);
    find("model").textContent = noun;
    find("objects-title").textContent = "In this photo";
    find("add").textContent = `Another ${noun}`;
    describeSides(find("sides"), this.category);
    listKeys(find("key-list"));
  }

  #listen() {
    const { editor, live, parts, status, stage } = this;
    editor.addEventListener("change", () => {
      live.follow(editor.all.objects);
      this.#redraw(true);
    });
    editor.addEventListener("keep", () => status.whisper(inAWord(editor)));
    live.addEventListener("change", () => {
      status.showAsking(live);
      this.#redraw(true);
    });
    parts.addEventListener("change", () => this.#redraw(true));
    onClick("retry", () => live.retry());
    onClick("close", () => this.desk.close());
    new ResizeObserver(() => editor.photo && this.#resized())
      .observe(stage.element);
    const showDrawn = (drawn) => {
      this.#drawn = drawn;
      this.#redraw();
    };
    this.gestures = new Gestures(stage.element, responses(
      editor, stage, this.commands, new Loupe(find("loupe")), showDrawn,
      () => this.#redraw()));
    this.#listenToKeys();
    takeFiles(find("file"), this.desk);
    this.chip = new NameChip(find("chip"), stage, editor);
  }

  #listenToKeys() {
    const actions = {
      ...this.commands.actions,
      mask: () => this.parts.toggleMask(),
      points: () => this.parts.togglePoints(),
      open: () => find("file").click(),
      download: () => find("download").click(),
      help: () => find("help").showModal(),
      escape: (event) => {
        this.gestures.giveUp();
        this.commands.actions.escape(event);
      },
    };
    onClick("help-close", () => find("help").close());
    listen(this.stage.element, actions, () => find("use-keys").checked);
    const ofButtons = {
      undo: "undo", redo: "redo", skip: "skip", hidden: "hide", add: "add",
      again: "add", swap: "swap", unset: "unset", "no-box": "box",
      "zoom-in": "zoomIn", "zoom-out": "zoomOut", "zoom-fit": "fit",
      open: "open", choose: "open", keys: "help",
    };
    for (const [id, name] of Object.entries(ofButtons)) {
      onClick(id, (event) => actions[name](event));
    }
  }

  #showPhoto(photo) {
    find("welcome").hidden = true;
    for (const element of document.querySelectorAll(
      "#prompt, .view, #panel, #close")) element.hidden = false;
    document.body.classList.add("at-work");
    this.commands.escape();
    this.live.open(photo);
    this.status.forgetAsking();
    this.stage.open(photo);
    this.stage.element.setAttribute("aria-label", `Photo ${photo.name}`);
    this.#focus();
    this.menu.open(photo);
  }

  #focus() {
    this.stage.element.focus({ preventScroll: true });
  }

  #resized() {
    this.stage.fit();
    this.#redraw(true);
  }

  #redraw(withMask = false) {
    this.#isMaskDue ||= withMask;
    if (this.#isDue) return;
    this.#isDue = true;
    requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    this.#isDue = false;
    const { editor, category, commands, stage, parts, live } = this;
    if (!editor.photo) return;
    if (this.#isMaskDue) this.#paint();
    stage.draw({
      all: editor.all, category, showPoints: parts.showPoints,
      drawn: this.#drawn ?? commands.drawnBox, cursor: commands.cursor,
    });
    const select = (k) => editor.select(k);
    const { object, all } = editor;
    showPrompt(document, editor, commands.isHidden);
    this.kind.show(editor);
    this.figure.show(object, all.current);
    listKeypoints(find("keypoints"), category, object, all.current, select);
    listObjects(find("objects"), all, category, {
      select: (i) => editor.selectObject(i),
      remove: (i) => {
        editor.removeObject(i);
        this.#focus();
      },
    });
    const said = object.points.filter((point) => point).length;
    find("count").textContent = `${said} of ${object.points.length}`;
    find("undo").disabled = !editor.canUndo;
    find("redo").disabled = !editor.canRedo;
    this.chip.update();
    document.body.dataset.phase = editor.phase;
    document.body.dataset.predictions = live.predictions.size;
  }

  #paint() {
    this.#isMaskDue = false;
    const { editor, live, category, parts } = this;
    const predictions = editor.all.objects
      .map(({ id }) => live.predictions.get(id)).filter(Boolean);
    this.stage.paint(predictions, category, parts.how);
  }
}

async function fetchCategory() {
  const response = await fetch("model.json");
  const text = await response.text();
  if (!response.ok) {
    throw new Error(
      errorIn(text) ?? `The server responded with ${response.status}.`);
  }
  return readCategory(JSON.parse(text));
}

async function start() {
  const status = new Status(document);
  try {
    const category = await fetchCategory();
    const { desk } = new App(category, status);
    await desk.reopen();
    await showSamples(document, category, desk);
  } catch (error) {
    find("choose").disabled = true;
    status.say(`The model cannot be used: ${error.message}`, true);
    status.offerReload();
  }
}

start();

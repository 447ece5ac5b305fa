/** The annotation page, put together from its parts. */

import { inWords } from "./state/category.mjs";
import { fetchCategory, openFor } from "./net/model.mjs";
import { bind, clicks } from "./input/actions.mjs";
import { Album } from "./input/album.mjs";
import { readAnnotations } from "./input/annotation_files.mjs";
import { AlbumBar } from "./view/album_bar.mjs";
import { BrushTool } from "./input/brush_tool.mjs";
import { Brushing } from "./state/brushing.mjs";
import { Commands } from "./input/commands.mjs";
import { DownloadMenu } from "./view/download_menu.mjs";
import { Editor } from "./state/editor.mjs";
import { Gestures } from "./input/gestures.mjs";
import { takeFiles } from "./input/intake.mjs";
import { listKeys } from "./input/keys.mjs";
import { LiveParts } from "./net/live_parts.mjs";
import { Loupe } from "./view/loupe.mjs";
import { offerModels } from "./view/model_choice.mjs";
import { Desk } from "./input/opening.mjs";
import { describeSides } from "./view/panel.mjs";
import { PartsPanel } from "./view/parts_panel.mjs";
import { PhotoSet } from "./state/photo_set.mjs";
import { responses } from "./input/pointer_actions.mjs";
import { inAWord } from "./view/prompt.mjs";
import { ask } from "./view/question.mjs";
import { SetExport } from "./input/set_export.mjs";
import { watchShapes } from "./input/shape_question.mjs";
import { showSamples } from "./input/samples.mjs";
import { Screen } from "./view/screen.mjs";
import { Stage } from "./view/stage.mjs";
import { Status } from "./view/status.mjs";

const find = (id) => document.getElementById(id);
const onClick = (id, action) => find(id).addEventListener("click", action);

/** The page once it knows its model. */
class App {
  #drawn = null; // The box that a pointer is drawing.

  constructor(category, status) {
    this.category = category;
    this.status = status;
    this.editor = new Editor(category);
    this.stage = new Stage(find("stage"));
    this.live = new LiveParts(category.model);
    this.parts = new PartsPanel(document, category);
    this.commands = new Commands(
      this.editor, this.stage, () => this.screen.redraw());
    this.brushing = new Brushing(this.editor);
    this.screen = new Screen(
      document, this.editor, this.stage, this.parts, this.live, this.brushing,
      () => this.#pending());
    this.commands.brush = new BrushTool(
      this.brushing, this.screen.brushBar,
      (text, isError) => status.say(text, isError));
    this.menu = new DownloadMenu(
      document, this.editor, this.parts, status,
      () => this.screen.kind.focus());
    this.#openAlbum();
    new SetExport(
      document, this.album, status, () => this.screen.kind.focus());
    this.#listen();
    this.#writeNames();
  }

  #pending() {
    const { cross, isHidden } = this.commands;
    const drawn = this.#drawn ?? cross.drawnBox;
    const { place: cursor, pointed } = cross;
    return { isHidden, drawn, cursor, pointed };
  }

  #openAlbum() {
    const { editor, status } = this;
    const say = (text, isError) => status.say(text, isError);
    const desk = new Desk(
      editor, (photo) => this.#showPhoto(photo), say,
      (...question) => ask(document, ...question));
    const set = new PhotoSet();
    this.album = new Album(set, desk, async (found) => (
      say(await readAnnotations(this.album, found))));
    new AlbumBar(document, set, (entry) => this.album.open(entry));
    const inputs = [find("file"), find("directory")];
    takeFiles(inputs, (found) => this.album.openFiles(found));
    onClick("close", () => this.album.close());
    watchShapes(editor, desk.ask);
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
    const { editor, live, parts, status, stage, screen } = this;
    const redraw = () => screen.redraw(true);
    editor.addEventListener("change", () => {
      live.follow(editor.all.objects);
      redraw();
    });
    editor.addEventListener("keep", () => status.whisper(inAWord(editor)));
    live.addEventListener("change", () => {
      status.showAsking(live);
      redraw();
    });
    parts.addEventListener("change", redraw);
    this.brushing.addEventListener("change", redraw);
    onClick("retry", () => live.retry());
    new ResizeObserver(() => {
      if (!editor.photo) return;
      stage.fit();
      redraw();
    }).observe(stage.element);
    this.#listenToHands();
  }

  #listenToHands() {
    const { commands, stage, screen } = this;
    const showDrawn = (drawn) => {
      this.#drawn = drawn;
      screen.redraw();
    };
    const gestures = new Gestures(stage.element, responses(
      this.editor, stage, commands, new Loupe(find("loupe")), showDrawn,
      () => screen.redraw()));
    bind(document, stage.element, {
      ...clicks(document),
      ...commands.actions,
      ...commands.brush.actions,
      other: (...key) => commands.other(...key),
      mask: () => this.parts.toggleMask(),
      points: () => this.parts.togglePoints(),
      escape: (event) => {
        gestures.giveUp();
        commands.actions.escape(event);
      },
    });
  }

  #showPhoto(photo) {
    find("welcome").hidden = true;
    for (const element of document.querySelectorAll(
      "#prompt, .view, #panel, #close")) element.hidden = false;
    document.body.classList.add("at-work");
    this.brushing.end();
    this.commands.escape();
    this.live.open(photo);
    this.status.forgetAsking();
    this.stage.open(photo);
    this.stage.element.setAttribute("aria-label", `Photo ${photo.name}`);
    this.screen.focus();
    this.menu.open(photo);
  }
}

async function start() {
  const status = new Status(document);
  try {
    const category = await fetchCategory();
    offerModels(document, category, openFor);
    const { album } = new App(category, status);
    await album.reopen();
    await showSamples(document, category, album);
  } catch (error) {
    find("choose").disabled = find("choose-folder").disabled = true;
    status.say(`The model cannot be used: ${error.message}`, true);
    status.offerReload();
  }
}

start();

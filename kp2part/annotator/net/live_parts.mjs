/** The parts of all objects of a photo, asked for whenever one changes. */

import { isTelling } from "../state/annotations.mjs";
import { predict } from "./client.mjs";
import { Newest } from "./newest.mjs";

/**
 * Keeps an answer for each object. Fires "change" when there is a new one, or
 * when asking begins, ends or fails.
 */
export class LiveParts extends EventTarget {
  /** @type {Map<number, import("./client.mjs").Parts>} By object id. */
  answers = new Map();
  /** @type {?Error} Why the last question was not answered. */
  error = null;
  busy = false;
  #photo = null;
  #objects = [];
  #asked = new Map();
  #newest;

  /**
   * @param {string} model
   * @param {typeof predict} ask Of `client.mjs`.
   */
  constructor(model, ask = predict) {
    super();
    this.#newest = new Newest(
      async ({ photo, object }) => ask(model, object, await photo.live()),
      {
        answer: (id, answer, question) => this.#take(id, answer, question),
        error: (id, error, question) => this.#fail(error, question),
        idle: () => this.#tell({ busy: false }),
      });
  }

  /** Another photo: what was known is of no use. */
  open(photo) {
    this.#photo = photo;
    this.#newest.clear();
    this.#asked.clear();
    this.answers.clear();
    this.error = null;
  }

  /**
   * Asks about all objects that have changed.
   * @param {import("../state/annotations.mjs").Annotated[]} objects
   */
  follow(objects) {
    this.#objects = objects;
    for (const id of this.#asked.keys()) {
      if (!this.#isWanted(id)) this.#forget(id);
    }
    let isNew = false;
    for (const object of objects.filter(isTelling)) {
      const { points, box } = object;
      const key = JSON.stringify([points, box]);
      if (this.#asked.get(object.id) === key) continue;
      this.#asked.set(object.id, key);
      isNew = true;
      this.#newest.submit(object.id, { photo: this.#photo, object });
    }
    if (isNew) this.#tell({ busy: true });
  }

  /** Asks again for what was not answered. */
  retry() {
    this.#asked.clear();
    this.follow(this.#objects);
  }

  #forget(id) {
    this.#asked.delete(id);
    this.answers.delete(id);
  }

  #isWanted(id) {
    return this.#objects.some((o) => o.id === id && isTelling(o));
  }

  #take(id, answer, { photo }) {
    if (photo !== this.#photo) return;
    if (this.#isWanted(id)) this.answers.set(id, answer);
    this.#tell({ error: null });
  }

  #fail(error, { photo }) {
    if (photo !== this.#photo) return;
    this.#tell({ error });
  }

  #tell(fields) {
    Object.assign(this, fields);
    this.dispatchEvent(new Event("change"));
  }
}

/** The parts of all objects of a photo, requested whenever one changes. */

import { isTelling } from "../state/annotations.mjs";
import { predict } from "./client.mjs";
import { Newest } from "./newest.mjs";

/**
 * Keeps a prediction for each object. Fires "change" when there is a new one,
 * or when a request begins, ends or fails.
 */
export class LiveParts extends EventTarget {
  /** @type {Map<number, import("./client.mjs").Parts>} By object id. */
  predictions = new Map();
  /** @type {?Error} Why the last request failed. */
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
        result: (id, parts, request) => this.#take(id, parts, request),
        error: (id, error, request) => this.#fail(error, request),
        idle: () => this.#tell({ busy: false }),
      });
  }

  /** Starts over with another photo. */
  open(photo) {
    this.#photo = photo;
    this.#newest.clear();
    this.#asked.clear();
    this.predictions.clear();
    this.error = null;
  }

  /**
   * Requests the parts of all objects that have changed.
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

  /** Sends failed requests again. */
  retry() {
    this.#asked.clear();
    this.follow(this.#objects);
  }

  #forget(id) {
    this.#asked.delete(id);
    this.predictions.delete(id);
  }

  #isWanted(id) {
    return this.#objects.some((o) => o.id === id && isTelling(o));
  }

  #take(id, parts, { photo }) {
    if (photo !== this.#photo) return;
    if (this.#isWanted(id)) this.predictions.set(id, parts);
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

/** Undo and redo, over immutable values. */

/** @template T */
export class History {
  #past = [];
  #future = [];
  #shown;

  /** @param {T} state */
  constructor(state) {
    this.#shown = this.kept = state;
  }

  /** @returns {T} The state to show. */
  get state() {
    return this.#shown;
  }

  get canUndo() {
    return this.#past.length > 0;
  }

  get canRedo() {
    return this.#future.length > 0;
  }

  /** Shows a state during a movement; `commit` makes it a step. */
  preview(state) {
    this.#shown = state;
  }

  /** Cancels a movement. */
  cancel() {
    this.#shown = this.kept;
  }

  /** Makes a state the newest step. */
  commit(state) {
    if (state !== this.kept) {
      this.#past.push(this.kept);
      this.#future = [];
    }
    this.#shown = this.kept = state;
  }

  /** Replaces the newest step: selections cannot be undone. */
  amend(state) {
    this.#shown = this.kept = state;
  }

  undo() {
    this.#step(this.#past, this.#future);
  }

  redo() {
    this.#step(this.#future, this.#past);
  }

  #step(from, to) {
    if (!from.length) return;
    to.push(this.kept);
    this.#shown = this.kept = from.pop();
  }
}

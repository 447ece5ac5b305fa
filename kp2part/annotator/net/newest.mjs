/** Asks a slow server about things that change faster than it answers. */

/**
 * One question is under way at a time. Of those that wait, the newest about
 * each subject replaces the older ones, so an answer is never older than the
 * one before it.
 */
export class Newest {
  #waiting = new Map();
  #busy = false;
  #ask;
  #on;

  /**
   * @param {(question: any) => Promise<any>} ask
   * @param {object} on What to do then.
   * @param {(subject: any, answer: any, question: any) => void} on.answer
   * @param {(subject: any, error: Error, question: any) => void} on.error
   * @param {() => void} on.idle
   */
  constructor(ask, on) {
    this.#ask = ask;
    this.#on = on;
  }

  submit(subject, question) {
    this.#waiting.set(subject, question);
    if (!this.#busy) this.#run();
  }

  /** Forgets what waits; the answer that is under way still comes. */
  clear() {
    this.#waiting.clear();
  }

  async #run() {
    this.#busy = true;
    while (this.#waiting.size) {
      const [subject, question] = this.#waiting.entries().next().value;
      this.#waiting.delete(subject);
      try {
        this.#on.answer(subject, await this.#ask(question), question);
      } catch (error) {
        this.#on.error(subject, error, question);
      }
    }
    this.#busy = false;
    this.#on.idle();
  }
}

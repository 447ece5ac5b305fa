/** Sends requests to a server that is slower than things change. */

/**
 * One request is under way at a time. Among waiting requests, the newest about
 * each subject replaces older ones, so a result is never older than the one
 * before it.
 */
export class Newest {
  #waiting = new Map();
  #busy = false;
  #ask;
  #on;

  /**
   * @param {(request: any) => Promise<any>} ask
   * @param {object} on Callbacks.
   * @param {(subject: any, result: any, request: any) => void} on.result
   * @param {(subject: any, error: Error, request: any) => void} on.error
   * @param {() => void} on.idle
   */
  constructor(ask, on) {
    this.#ask = ask;
    this.#on = on;
  }

  submit(subject, request) {
    this.#waiting.set(subject, request);
    if (!this.#busy) this.#run();
  }

  /** Forgets what waits; the result of the request under way still comes. */
  clear() {
    this.#waiting.clear();
  }

  async #run() {
    this.#busy = true;
    while (this.#waiting.size) {
      const [subject, request] = this.#waiting.entries().next().value;
      this.#waiting.delete(subject);
      try {
        this.#on.result(subject, await this.#ask(request), request);
      } catch (error) {
        this.#on.error(subject, error, request);
      }
    }
    this.#busy = false;
    this.#on.idle();
  }
}

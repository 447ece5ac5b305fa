/** The line below the photo: what happened and what went wrong. */

import { ServerGone } from "../net/client.mjs";

/** Shows messages, also to screen readers. */
export class Status {
  /** @param {Document} page With the elements of index.html. */
  constructor(page) {
    this.line = page.getElementById("status");
    this.retry = page.getElementById("retry");
  }

  /** Shows a message until the next one. */
  say(text, isError = false) {
    this.#show(text, isError ? "error" : "");
  }

  /** Shows a message, unless an error is on the screen. */
  whisper(text) {
    if (this.line.dataset.kind !== "error") this.#show(text, "");
  }

  /** @param {import("../net/live_parts.mjs").LiveParts} live */
  showAsking(live) {
    this.line.classList.toggle("asking", live.busy);
    this.retry.hidden = !live.error;
    if (live.error) {
      const isGone = live.error instanceof ServerGone;
      const kept = isGone ? " Your work is saved." : "";
      this.#show(live.error.message + kept, "error", "prediction");
    } else if (this.line.dataset.of === "prediction") {
      this.#show("The server responds again.", "");
    }
  }

  /** Forgets requests about another photo. */
  forgetAsking() {
    this.retry.hidden = true;
    if (this.line.dataset.of === "prediction") this.#show("", "");
  }

  /** Makes "Try again" reload the page. */
  offerReload() {
    this.retry.hidden = false;
    this.retry.addEventListener("click", () => location.reload());
  }

  #show(text, kind, of = "") {
    this.line.textContent = text;
    this.line.dataset.kind = kind;
    this.line.dataset.of = of;
  }
}

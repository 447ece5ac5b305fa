/** The line below the photo: what happened, what is wrong. */

import { ServerGone } from "../net/client.mjs";

/** Says things, to eyes and to screen readers. */
export class Status {
  /** @param {Document} page With the elements of index.html. */
  constructor(page) {
    this.line = page.getElementById("status");
    this.retry = page.getElementById("retry");
  }

  /** Says what stays until something else is said. */
  say(text, isError = false) {
    this.#show(text, isError ? "error" : "");
  }

  /** Says something that a mistake on the screen outranks. */
  whisper(text) {
    if (this.line.dataset.kind !== "error") this.#show(text, "");
  }

  /** @param {import("../net/live_parts.mjs").LiveParts} live */
  showAsking(live) {
    this.line.classList.toggle("asking", live.busy);
    this.retry.hidden = !live.error;
    if (live.error) {
      const isGone = live.error instanceof ServerGone;
      const kept = isGone ? " Your clicks are kept." : "";
      this.#show(live.error.message + kept, "error", "answer");
    } else if (this.line.dataset.of === "answer") {
      this.#show("The server answers again.", "");
    }
  }

  /** Has "Try again" load the page anew. */
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

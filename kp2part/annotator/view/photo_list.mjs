/** The list of the open photos, of which only the rows in sight exist. */

const ROW = 32; // Height in CSS pixels, as in style.css.
const SPARE = 4; // Rows above and below those in sight.
const MARKS = {
  untouched: ["", "untouched"], keypoints: ["◐", "keypoints"],
  done: ["✓", "done"],
};
const STEPS = { ArrowUp: -1, ArrowDown: 1, PageUp: -8, PageDown: 8 };

/** @returns {[string, string]} A mark and words for the state of a photo. */
export function stateOf({ isUnreadable, isOther, progress }) {
  if (isUnreadable) return ["✕", "cannot be opened"];
  return isOther ? ["?", "another file has work"] : MARKS[progress];
}

/** A list box; its rows are made while it scrolls. */
export class PhotoList {
  #marked = 0; // The row that the keyboard is at.

  /**
   * @param {HTMLElement} element
   * @param {import("../state/photo_set.mjs").PhotoSet} set
   * @param {(entry: import("../state/photo_set.mjs").Entry) => void} onChoose
   */
  constructor(element, set, onChoose) {
    Object.assign(this, { element, set, onChoose });
    this.rows = element.querySelector(".rows");
    element.addEventListener("scroll", () => this.#draw());
    element.addEventListener("keydown", (event) => this.#press(event));
    element.addEventListener("click", ({ target }) => {
      const row = target.closest("[role=option]");
      if (row) onChoose(set.entries[row.dataset.index]);
    });
    new ResizeObserver(() => this.#draw()).observe(element);
  }

  /** Shows the set; a photo that has turned current comes into sight. */
  show() {
    const { index } = this.set;
    if (index !== this.shown) {
      this.shown = index;
      this.#marked = Math.max(index, 0);
      this.#reveal();
    }
    this.#draw();
  }

  #press(event) {
    const { entries } = this.set;
    const last = entries.length - 1;
    const to = { Home: 0, End: last }[event.key]
      ?? this.#marked + (STEPS[event.key] ?? 0);
    if (event.key === "Enter") this.onChoose(entries[this.#marked]);
    else if (to === this.#marked && !(event.key in STEPS)) return;
    event.preventDefault();
    this.#marked = Math.min(Math.max(to, 0), last);
    this.#reveal();
    this.#draw();
  }

  /** Scrolls as little as is needed to see the marked row. */
  #reveal() {
    const { element } = this;
    const top = this.#marked * ROW;
    const low = top + ROW - element.clientHeight;
    if (element.scrollTop > top) element.scrollTop = top;
    else if (element.scrollTop < low) element.scrollTop = low;
  }

  #draw() {
    const { element, rows, set: { entries } } = this;
    rows.style.height = `${entries.length * ROW}px`;
    const first = Math.max(0, Math.floor(element.scrollTop / ROW) - SPARE);
    const count = Math.ceil(element.clientHeight / ROW) + 2 * SPARE;
    const seen = entries.slice(first, first + count);
    rows.replaceChildren(
      ...seen.map((entry, i) => this.#row(entry, first + i)));
    element.setAttribute("aria-activedescendant", `photo-${this.#marked}`);
  }

  #row(entry, index) {
    const [mark, words] = stateOf(entry);
    const row = document.createElement("div");
    const [name, sign] = [1, 2].map(() => document.createElement("span"));
    row.id = `photo-${index}`;
    row.dataset.index = index;
    row.classList.toggle("marked", index === this.#marked);
    row.style.top = `${index * ROW}px`;
    name.textContent = row.title = entry.path;
    sign.textContent = mark;
    sign.className = "mark";
    const facts = {
      role: "option", "aria-label": `${entry.path}, ${words}`,
      "aria-selected": index === this.set.index,
      "aria-setsize": this.set.entries.length, "aria-posinset": index + 1,
    };
    for (const [key, value] of Object.entries(facts)) {
      row.setAttribute(key, value);
    }
    row.append(name, sign);
    return row;
  }
}

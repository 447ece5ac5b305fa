/** Asks something that the page must not decide by itself. */

let last = Promise.resolve();

/**
 * Shows a question until somebody answers; one after the other.
 * @param {Document} page With the elements of index.html.
 * @param {string} text
 * @param {Record<string, string>} choices Labels of buttons by answer.
 * @param {string} otherwise The answer that Esc gives.
 * @returns {Promise<string>} The answer.
 */
export function ask(page, text, choices, otherwise) {
  const answer = last.then(() => show(page, text, choices, otherwise));
  last = answer;
  return answer;
}

function show(page, text, choices, otherwise) {
  const dialog = page.getElementById("question");
  page.getElementById("question-text").textContent = text;
  return new Promise((resolve) => {
    const buttons = Object.entries(choices).map(([value, label]) => {
      const button = page.createElement("button");
      button.textContent = label;
      button.value = value;
      button.addEventListener("click", () => dialog.close(value));
      return button;
    });
    page.getElementById("question-choices").replaceChildren(...buttons);
    dialog.returnValue = otherwise;
    dialog.addEventListener(
      "close", () => resolve(dialog.returnValue || otherwise), { once: true });
    dialog.showModal();
    buttons.at(-1).focus(); // Nothing is answered by a key pressed too long.
  });
}

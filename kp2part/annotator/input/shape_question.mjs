/** Asks what becomes of a corrected shape when its keypoints change. */

/**
 * @param {import("../state/editor.mjs").Editor} editor
 * @param {(text: string, choices: Record<string, string>, otherwise: string)
 *     => Promise<string>} ask
 */
export function watchShapes(editor, ask) {
  let isAsking = false;
  editor.addEventListener("keep", async () => {
    if (isAsking || editor.staleShape < 0) return;
    isAsking = true;
    const { photo, category } = editor;
    const index = editor.staleShape;
    const answer = await ask(
      `You have corrected the shape of ${category.noun} ${index + 1}. Now ` +
      "its keypoints or its box have changed.", {
        keep: "Keep my shape as it is",
        drop: "Predict it anew; undo brings mine back",
        undo: "Undo the change",
      }, "undo");
    isAsking = false;
    if (editor.photo !== photo || editor.staleShape !== index) return;
    if (answer === "undo") editor.undo();
    else editor.settleShape(index, answer === "keep");
  });
}

// Segments one object over REST. Node 18 or newer, no packages.
//
//   node examples/predict.mjs URL PHOTO KEYPOINTS.json MASK.png
//
// URL is that of a model, e.g. http://127.0.0.1:8501/v1/models/quadruped_lite, of
// TensorFlow Serving or of kp2part.serve. The keypoints are a JSON list of
// [x, y, v] in pixels of the photo. Grey levels of the mask are part ids.
import { readFile, writeFile } from "node:fs/promises";

const [url, photo, keypoints, mask] = process.argv.slice(2);

const response = await fetch(`${url}:predict`, {
  method: "POST",
  headers: { "Content-Type": "application/json" },
  signal: AbortSignal.timeout(60_000),
  body: JSON.stringify({
    instances: [
      {
        image_bytes: { b64: await readFile(photo, "base64") },
        keypoints: JSON.parse(await readFile(keypoints, "utf8")),
      },
    ],
  }),
});
const answer = await response.json();
if (!response.ok) {
  console.error(answer.error);
  process.exit(1);
}
const [{ mask_bytes, area, confidence }] = answer.predictions;
await writeFile(mask, mask_bytes.b64, "base64");
area.forEach((pixels, part) => {
  const percent = (100 * confidence[part]).toFixed(0);
  console.log(`part ${part}: ${pixels} px, sure to ${percent} %`);
});
console.log(`Wrote ${mask}`);

/** What a server says when it refuses, in words for people. */

// How TensorFlow names places in its own graph.
const PLACES = /\[\[\{\{[\s\S]*?\}\}\]\]|\{\{[\s\S]*?\}\}|\[Op:[^\]]*\]/g;
const ASSERTION = /^assertion failed: \[([^\]]*)\]/i;
const INTERNAL = new RegExp([
  "^(graph execution error|detected at|node:|file \"|traceback|original stack",
  "|input source|function call stack|\\d+ root error|\\d+ (successful|derived))",
  "|__inference|__wrapped__|StatefulPartitionedCall",
  "|(?<![\\w/.~-])[a-z]\\w*(/\\w+){2,}(?![\\w/.-])", // A node, no file.
].join(""), "i");

/** @returns {?string} The server's message, if a body has one for people. */
export function errorIn(text) {
  let error;
  try {
    ({ error } = JSON.parse(text));
  } catch {
    return null; // The page of a proxy, not the server's response.
  }
  return typeof error === "string" ? readable(error) : null;
}

/** @returns {?string} A message without the names inside a network's graph. */
export function readable(message) {
  const lines = message.replace(PLACES, "").split("\n").map((line) => (
    line.trim().replace(ASSERTION, "$1")));
  return lines.filter((line) => line && !INTERNAL.test(line)).join(" ") || null;
}

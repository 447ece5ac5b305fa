/** A small category that no code of the page knows: a chair. */

export const FIELDS = {
  name: "chairs",
  task: {
    category: {
      name: "office_chair",
      classes: ["stool", "armchair"],
      keypoints: ["seat", "left_arm", "right_arm", "back"],
      parts: { background: [], rest: ["x"], base: ["y"] },
      palette: ["#000000", "#e69f00", "#0a0b0c"],
      skeleton: [["seat", "back"], ["left_arm", "back"], ["right_arm", "back"]],
    },
  },
};

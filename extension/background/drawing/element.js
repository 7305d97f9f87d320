/** Parts of what content scripts draw: trees of tag, attributes and what is inside, as plain JSON. */

/**
 * @param {string} tag
 * @param {string} className
 * @param {(string | Tree)[]} inside
 * @returns {Tree}
 */
export const make = (tag, className, ...inside) => [tag, className ? { class: className } : {}, ...inside];

/** @param {Tree} tree @param {Record<string, string | number>} more attributes @returns {Tree} */
export const having = ([tag, attributes, ...inside], more) => [tag, { ...attributes, ...more }, ...inside];

/** @param {string} className @param {string} label @param {string} act @returns {Tree} */
export const makeButton = (className, label, act) => having(make("button", className, label), { type: "button", act });

/** @param {string} label @param {string} act @returns {Tree} */
export const makeClose = (label, act) => having(makeButton("close", "×", act), { "aria-label": label });

/**
 * @param {string} viewBox
 * @param {string} className
 * @param {Record<string, string | number>[]} shapes attributes of each; one with `r` is a dot, others are lines
 * @returns {Tree} for the eye alone
 */
export const makeDrawing = (viewBox, className, shapes) => [
  "svg",
  { viewBox, class: className, "aria-hidden": "true" },
  ...shapes.map((shape) => /** @type {Tree} */ (["r" in shape ? "circle" : "path", shape])),
];

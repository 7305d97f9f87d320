/** The frame of a nudge, as content/nudge.js draws it: what it says, its own buttons, and the ways out. */

import { having, make, makeButton, makeClose } from "../drawing/element.js";

/** @typedef {{tree: Tree, heard: string}} Told */

/** @param {string} title @param {string[]} lines @returns {Tree} */
const wordsOf = (title, lines) =>
  having(make("div", "words", make("h2", "", title), ...lines.map((line) => make("p", "line", line))), { style: "flex: 1" });

/** @param {string} title @param {string} line @returns {Told} what stands in a nudge once it has done its work */
export const tell = (title, line) => ({ tree: wordsOf(title, [line]), heard: `${title} ${line}` });

/**
 * @param {string} kind
 * @param {string} title
 * @param {string[]} lines
 * @param {Tree[]} doors of this kind
 * @param {Record<string, string>} texts
 * @returns {Tree}
 */
export function makeNudge(kind, title, lines, doors, texts) {
  const head = make("div", "head", wordsOf(title, lines), makeClose(texts.close, "refuse"));
  const off = make("p", "off", makeButton("link", texts.offHere, "offHere"));
  const card = make("section", `nudge ${kind}`, head, ...doors, off);
  return having(card, { role: "dialog", "aria-label": `${texts.nudgeLabel}: ${title}` });
}

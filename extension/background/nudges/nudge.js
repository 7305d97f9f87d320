/** The frame of a nudge, as content/nudge.js draws it: what it says, its own buttons, and the ways out. */

import { having, make, makeButton, makeClose } from "../drawing/element.js";

/**
 * @param {string} kind
 * @param {string} title
 * @param {string[]} lines
 * @param {Tree[]} doors of this kind
 * @param {Record<string, string>} texts
 * @returns {Tree}
 */
export function makeNudge(kind, title, lines, doors, texts) {
  const words = make("div", "words", make("h2", "", title), ...lines.map((line) => make("p", "line", line)));
  const head = make("div", "head", having(words, { style: "flex: 1" }), makeClose(texts.close, "refuse"));
  const off = make("p", "off", makeButton("link", texts.offHere, "offHere"));
  const card = make("section", `nudge ${kind}`, head, ...doors, off);
  return having(card, { role: "dialog", "aria-label": `${texts.nudgeLabel}: ${title}` });
}

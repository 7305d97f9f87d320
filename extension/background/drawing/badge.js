/** The badge as content/badge.js draws it. */

import { cornerLook } from "../../lib/corner-look.js";
import { having, make, makeDrawing } from "./element.js";
import { makePanel } from "./panel.js";

/**
 * @typedef {import("../../lib/card-view.js").CardView} CardView
 * @typedef {ReturnType<typeof drawBadge>} Badge
 */

/** A curve that rose and fell. */
const MARK = [
  { d: "M2 19 C7 19 7 4 11 4 S15 15 20 16", fill: "none", stroke: "currentColor", "stroke-width": 2.5, "stroke-linecap": "round" },
];

/** @param {CardView} view */
export const drawBadge = (view) => ({
  key: view.key,
  look: cornerLook,
  language: view.language,
  direction: view.direction,
  tone: view.tone,
  label: view.label,
  panel: makePanel(view),
  button: buttonOf(view),
  heard: [view.claim, view.range, view.note].filter(Boolean).join(" "),
});

/** @param {CardView} view @returns {Tree} */
function buttonOf({ claim, range, note }) {
  const under = make("span", "under", ...(range ? [range] : []), ...(note ? [make("span", "note", note)] : []));
  const lines = make("span", "lines", make("span", "claim", claim), ...(range || note ? [under] : []));
  const button = make("button", "badge", makeDrawing("0 0 22 22", "mark", MARK), lines);
  return having(button, { type: "button", act: "toggle", "aria-expanded": "false", "aria-controls": "panel" });
}

/** Proposes to sleep on it, for an hour to a week, and to be reminded then. */

import { having, make, makeButton } from "../drawing/element.js";

/** @param {import("../nudging.js").Choice} choice @returns {Tree[]} */
export function cooling_off({ texts, pauses }) {
  const options = pauses.map(({ hours, label, isProposed }) =>
    having(make("option", "", label), { value: hours, ...(isProposed && { selected: "" }) }));
  return [
    having(make("label", "", texts.pauseFor), { for: "pause" }),
    having(make("select", "", ...options), { id: "pause" }),
    make("div", "doors", makeButton("main", texts.remindMe, "remind")),
  ];
}

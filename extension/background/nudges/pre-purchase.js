/** Asks once more as the product goes into the cart. */

import { make, makeButton } from "../drawing/element.js";

/** @param {import("../nudging.js").Choice} choice @returns {Tree[]} */
export function pre_purchase({ texts, hasPanel }) {
  const why = hasPanel ? [makeButton("", texts.reasonsTitle, "why")] : [];
  return [make("div", "doors", makeButton("main", texts.sleepOnIt, "later"), ...why)];
}

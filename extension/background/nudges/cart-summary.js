/** Says what is in the cart, in a line: nothing is asked of the shopper. */

import { make, makeButton } from "../drawing/element.js";

/** @param {import("../nudging.js").Choice} choice @returns {Tree[]} */
export const cart_summary = ({ texts }) => [make("div", "doors", makeButton("", texts.seen, "seen"))];

/** The panel behind the badge: why the card says so, with dates. */

import { having, make, makeButton, makeClose, makeDrawing } from "./element.js";

/** @typedef {import("../../lib/card-view.js").CardView} CardView */

/** @param {CardView} view @returns {Tree} */
export function makePanel(view) {
  const panel = make("section", "panel", ...partsOf(view));
  return having(panel, { id: "panel", hidden: "", role: "dialog", "aria-label": view.texts.panelLabel });
}

/** @param {CardView} view @returns {Tree[]} */
function partsOf(view) {
  const { claim, range, risk, cautions, reasons, facts, texts } = view;
  const product = having(make("p", "product", view.product), { dir: "auto" });
  return [
    make("div", "head", product, makeClose(texts.close, "close")),
    make("h2", "", claim),
    ...(range ? [make("p", "range", range)] : []),
    ...(risk ? [scaleOf(risk)] : []),
    ...cautions.map((text) => make("p", "caution", text)),
    ...lifespanOf(view),
    ...(reasons.length ? [make("h3", "", texts.reasonsTitle), make("ul", "", ...reasons.map(reasonOf))] : []),
    ...(facts.length ? [factsOf(facts)] : []),
    footOf(view),
  ];
}

/** @param {CardView} view @returns {Tree[]} */
function lifespanOf({ lifespan, curve }) {
  if (!lifespan) return [];
  return [make("div", "life", ...(curve ? [makeDrawing("0 0 120 32", "spark", curve)] : []), make("p", "", lifespan))];
}

/** @param {import("../../lib/card.js").Risk} risk @returns {Tree} interval and value from 0 to 100 % */
function scaleOf({ risk, risk_low: low, risk_high: high }) {
  const band = having(make("i", ""), { style: `inset-inline-start: ${low * 100}%; width: ${Math.max(1, (high - low) * 100)}%` });
  const tick = having(make("b", ""), { style: `inset-inline-start: ${risk * 100}%` });
  return having(make("div", "scale", band, tick), { "aria-hidden": "true" });
}

/** @param {CardView["reasons"][number]} reason its text is the server's, which speaks English */
function reasonOf({ text, effect, raises, source }) {
  const words = having(make("span", "", text), { lang: "en", dir: "auto" });
  return make("li", "reason", words,
    make("span", `effect ${raises ? "up" : "down"}`, effect), make("span", "source", source));
}

/** @param {[string, string][]} rows */
const factsOf = (rows) =>
  make("dl", "", ...rows.flatMap(([name, value]) => [make("dt", "", name), make("dd", "", value)]));

/** @param {CardView} view */
function footOf({ texts, origin }) {
  const last = make("p", "origin", origin, " · ", makeButton("link", texts.report, "report"));
  const row = make("div", "doors", makeButton("", texts.hideHere, "hide"), makeButton("", texts.offHere, "offHere"));
  return make("div", "foot", last, row);
}

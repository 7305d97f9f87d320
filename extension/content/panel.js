/** The panel behind the badge: why the card says so, with dates. */

// eslint-disable-next-line no-unused-vars -- read by badge.js
const makePanel = (() => {
  "use strict";

  /** @typedef {import("../lib/card-view.js").CardView} CardView */
  /** @typedef {{close: () => void, hide: () => void, offHere: () => void, report: () => void}} Doors */

  /** @param {CardView} view @param {Doors} doors @returns {HTMLElement[]} */
  function partsOf(view, doors) {
    const { claim, range, risk, cautions, reasons, facts, texts } = view;
    const product = make("p", "product", view.product);
    product.dir = "auto";
    return [
      make("div", "head", product, makeClose(texts.close, doors.close)),
      make("h2", "", claim),
      ...(range ? [make("p", "range", range)] : []),
      ...(risk ? [scaleOf(risk)] : []),
      ...cautions.map((text) => make("p", "caution", text)),
      ...lifespanOf(view),
      ...(reasons.length ? [make("h3", "", texts.reasonsTitle), make("ul", "", ...reasons.map(reasonOf))] : []),
      ...(facts.length ? [factsOf(facts)] : []),
      footOf(view, doors),
    ];
  }

  /** @param {CardView} view */
  function lifespanOf({ lifespan, curve }) {
    if (!lifespan) return [];
    return [make("div", "life", ...(curve ? [makeDrawing("0 0 120 32", "spark", curve)] : []), make("p", "", lifespan))];
  }

  /** @param {import("../lib/card.js").Risk} risk @returns {HTMLElement} interval and value from 0 to 100 % */
  function scaleOf({ risk, risk_low: low, risk_high: high }) {
    const band = make("i");
    band.style.insetInlineStart = `${low * 100}%`;
    band.style.width = `${Math.max(1, (high - low) * 100)}%`;
    const tick = make("b");
    tick.style.insetInlineStart = `${risk * 100}%`;
    const scale = make("div", "scale", band, tick);
    scale.setAttribute("aria-hidden", "true");
    return scale;
  }

  /** @param {CardView["reasons"][number]} reason its text is the server's, which speaks English */
  function reasonOf({ text, effect, raises, source }) {
    const words = make("span", "", text);
    words.lang = "en";
    words.dir = "auto";
    return make("li", "reason", words,
      make("span", `effect ${raises ? "up" : "down"}`, effect), make("span", "source", source));
  }

  /** @param {[string, string][]} rows */
  const factsOf = (rows) =>
    make("dl", "", ...rows.flatMap(([name, value]) => [make("dt", "", name), make("dd", "", value)]));

  /** @param {CardView} view @param {Doors} doors */
  function footOf({ texts, origin }, { hide, offHere, report }) {
    const last = make("p", "origin", origin, " · ", makeButton("link", texts.report, report));
    const row = make("div", "doors", makeButton("", texts.hideHere, hide), makeButton("", texts.offHere, offHere));
    return make("div", "foot", last, row);
  }

  return (/** @type {CardView} */ view, /** @type {Doors} */ doors) => {
    const panel = make("section", "panel", ...partsOf(view, doors));
    panel.id = "panel";
    panel.hidden = true;
    panel.setAttribute("role", "dialog");
    panel.setAttribute("aria-label", view.texts.panelLabel);
    return panel;
  };
})();

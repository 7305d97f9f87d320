/** The panel behind the badge: why the card says so, with dates. */

/**
 * An element with text; text is never read as HTML.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} [className]
 * @param {(string | Node)[]} inside
 * @returns {HTMLElementTagNameMap[Tag]}
 */
function make(tag, className, ...inside) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...inside);
  return element;
}

/**
 * @param {import("../lib/card.js").Card} card
 * @param {string} ageBand
 * @param {string} title of the product
 * @param {{close: () => void, hide: () => void, offHere: () => void}} doors
 * @returns {HTMLElement}
 */
// eslint-disable-next-line no-unused-vars -- read by badge.js
function makePanel(card, ageBand, title, doors) {
  const { say } = cardWords;
  const panel = make("section", "panel", ...panelParts(card, ageBand, title, doors.close));
  panel.id = "panel";
  panel.hidden = true;
  panel.setAttribute("role", "dialog");
  panel.setAttribute("aria-label", say("panelLabel"));
  panel.append(footOf(card, doors));
  return panel;
}

/**
 * @param {import("../lib/card.js").Card} card
 * @param {string} ageBand
 * @param {string} title
 * @param {() => void} close
 * @returns {HTMLElement[]}
 */
function panelParts(card, ageBand, title, close) {
  const { headline, rowFor, cautions, reasons, facts, say } = cardWords;
  const { claim, range } = headline(card, ageBand);
  const { risk } = rowFor(card, ageBand);
  const head = make("div", "head", make("p", "product", title), closeButton(close));
  return [
    head,
    make("h2", "", claim),
    ...(range ? [make("p", "range", range)] : []),
    ...(risk ? [scaleOf(risk)] : []),
    ...cautions(card).map((text) => make("p", "caution", text)),
    ...(card.reasons.length ? [make("h3", "", say("reasonsTitle")), make("ul", "", ...reasons(card).map(reasonOf))] : []),
    ...(facts(card).length ? [factsOf(facts(card))] : []),
  ];
}

/** @param {() => void} close */
function closeButton(close) {
  const button = make("button", "close", "×");
  button.type = "button";
  button.setAttribute("aria-label", cardWords.say("close"));
  button.addEventListener("click", close);
  return button;
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

/** @param {ReturnType<typeof cardWords.reasons>[number]} reason */
const reasonOf = ({ text, effect, raises, source }) =>
  make("li", "reason", make("span", "", text),
    make("span", `effect ${raises ? "up" : "down"}`, effect), make("span", "source", source));

/** @param {[string, string][]} rows */
const factsOf = (rows) =>
  make("dl", "", ...rows.flatMap(([name, value]) => [make("dt", "", name), make("dd", "", value)]));

/**
 * @param {import("../lib/card.js").Card} card
 * @param {{hide: () => void, offHere: () => void}} doors
 */
function footOf(card, { hide, offHere }) {
  const buttons = [[cardWords.say("hideHere"), hide], [cardWords.say("offHere"), offHere]];
  const row = buttons.map(([label, act]) => {
    const button = make("button", "", /** @type {string} */ (label));
    button.type = "button";
    button.addEventListener("click", /** @type {() => void} */ (act));
    return button;
  });
  return make("div", "foot", make("p", "origin", cardWords.origin(card)), make("div", "doors", ...row));
}

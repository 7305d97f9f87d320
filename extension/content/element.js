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
 * @param {string} className
 * @param {string} label
 * @param {() => void} act
 * @returns {HTMLButtonElement}
 */
function makeButton(className, label, act) {
  const button = make("button", className, label);
  button.type = "button";
  button.addEventListener("click", act);
  return button;
}

/** @param {string} label @param {() => void} act */
// eslint-disable-next-line no-unused-vars -- read by panel.js and the nudges
function makeClose(label, act) {
  const button = makeButton("close", "×", act);
  button.setAttribute("aria-label", label);
  return button;
}

/**
 * @param {string} viewBox
 * @param {string} className
 * @param {Record<string, string | number>[]} shapes attributes of each; one with `r` is a dot, others are lines
 * @returns {SVGElement} for the eye alone
 */
// eslint-disable-next-line no-unused-vars -- read by badge.js and panel.js
function makeDrawing(viewBox, className, shapes) {
  const ns = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(ns, "svg");
  svg.setAttribute("viewBox", viewBox);
  svg.setAttribute("class", className);
  svg.setAttribute("aria-hidden", "true");
  for (const shape of shapes) {
    const element = document.createElementNS(ns, "r" in shape ? "circle" : "path");
    for (const [name, value] of Object.entries(shape)) element.setAttribute(name, String(value));
    svg.append(element);
  }
  return svg;
}

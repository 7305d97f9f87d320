/** Draws what the worker says, and knows none of it by name. */

// eslint-disable-next-line no-unused-vars -- read by corner.js, badge.js and nudge.js
const draw = (() => {
  "use strict";

  const SVG = "http://www.w3.org/2000/svg";
  const DRAWN = /^(svg|path|circle)$/;

  /**
   * An element with text; text is never read as HTML.
   * @param {Tree} tree
   * @param {Record<string, () => void>} acts what its buttons do, by the name in `act`
   * @returns {HTMLElement}
   */
  return function draw([tag, attributes, ...inside], acts) {
    const element = /** @type {HTMLElement} */ (DRAWN.test(tag) ? document.createElementNS(SVG, tag) : document.createElement(tag));
    for (const [name, value] of Object.entries(attributes)) {
      if (name === "act") element.addEventListener("click", () => acts[value]());
      else if (name === "style") element.style.cssText = String(value); // not an attribute: the page's CSP may forbid that
      else element.setAttribute(name, String(value));
    }
    element.append(...inside.map((part) => (typeof part === "string" ? part : draw(part, acts))));
    return element;
  };
})();

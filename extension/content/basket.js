/** Reads what lies in the cart, on the page that shows it. */

// eslint-disable-next-line no-unused-vars -- read by page.js
const basket = (() => {
  "use strict";

  const QUANTITY =
    "input[type=number], input[name*=quant i], input[name*=qty i], select[name*=quant i], select[name*=qty i], [data-quantity]";
  const ASIDE = "[class*=saved i], [id*=saved i], [class*=wishlist i], [class*=recommend i], [hidden]";
  const HIGHEST = 8;
  const MOST = 30;
  const LONGEST_TITLE = 500;

  const isHere = () => readProduct.CART.test(location.pathname);

  /** @returns {{title: string, url: string, quantity: number}[]} */
  function read() {
    /** @type {Map<string, {title: string, url: string, quantity: number}>} */
    const found = new Map();
    for (const control of document.querySelectorAll(QUANTITY)) {
      const thing = control.closest(ASIDE) ? null : thingOf(control);
      if (thing && found.size < MOST && !found.has(thing.url)) found.set(thing.url, thing);
    }
    return [...found.values()];
  }

  /** @param {Element} control the one for the quantity */
  function thingOf(control) {
    let row = control.parentElement;
    for (let up = 0; row && up < HIGHEST; up++, row = row.parentElement) {
      const named = linksOf(row);
      if (named.length) return { ...named[0], quantity: quantityOf(control) };
    }
    return null;
  }

  /** @param {Element} row @returns {{title: string, url: string}[]} links with words, the longest first */
  const linksOf = (row) =>
    [...row.querySelectorAll("a[href]")]
      .map((link) => ({
        title: (link.textContent ?? "").replace(/\s+/g, " ").trim().slice(0, LONGEST_TITLE),
        url: /** @type {HTMLAnchorElement} */ (link).href,
      }))
      .filter(({ title, url }) => title.length > 5 && /^https?:/.test(url))
      .sort((a, b) => b.title.length - a.title.length);

  /** @param {Element} control */
  function quantityOf(control) {
    const said = "value" in control ? control.value : control.getAttribute("data-quantity");
    const quantity = Number.parseInt(String(said), 10);
    return quantity >= 1 && quantity < 1000 ? quantity : 1;
  }

  return { isHere, read };
})();

/** Notices that a product goes into the cart, and leaves the click alone. */

// eslint-disable-next-line no-unused-vars -- read by page.js
const addToCart = (() => {
  "use strict";

  const BUTTONS = "button, a, [role=button], input[type=submit], input[type=button]";
  const LONGEST_LABEL = 80;

  /** @param {Event} event */
  function isAdding(event) {
    const target = event.composedPath()[0];
    const button = target instanceof Element ? target.closest(BUTTONS) : null;
    if (!event.isTrusted || !button || button.matches("[disabled], [aria-disabled=true]")) return false;
    const value = button instanceof HTMLInputElement ? button.value : "";
    const label = [button.getAttribute("aria-label"), value, button.textContent]
      .map((text) => (text ?? "").replace(/\s+/g, " ").trim())
      .find((text) => text && text.length <= LONGEST_LABEL);
    const names = ["id", "name", "data-testid", "data-test", "data-action"].map((name) => button.getAttribute(name) ?? "");
    return readProduct.BUY.test(label ?? "") || readProduct.BUY.test(names.join(" "));
  }

  /** @param {() => void} added never keeps the click from what it is for */
  const watch = (added) =>
    document.addEventListener("click", (event) => void (isAdding(event) && added()), { capture: true, passive: true });

  return { watch };
})();

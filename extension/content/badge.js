/** The badge: a risk in a line, and the button that opens the panel. */

// eslint-disable-next-line no-unused-vars -- read by page.js
const badge = (() => {
  "use strict";

  /** @type {(open: boolean) => void} */
  let toggle = () => {};

  /**
   * @param {import("../background/drawing/badge.js").Badge} view
   * @param {{offHere: () => void, report: () => void}} doors
   */
  function show(view, doors) {
    corner.remove();
    const box = corner.open(view);
    const acts = { toggle: () => toggle(panel.hidden === true), close: () => toggle(false), hide: corner.remove, ...doors };
    const panel = draw(view.panel, acts);
    const button = draw(view.button, acts);
    box.classList.add(view.tone);
    box.setAttribute("role", "complementary");
    box.setAttribute("aria-label", view.label);
    box.append(panel, button);
    toggle = (open) => {
      panel.hidden = !open;
      button.setAttribute("aria-expanded", String(open));
      (open ? panel.querySelector("button") ?? button : button).focus({ preventScroll: true });
    };
    box.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !panel.hidden) toggle(false);
    });
    corner.tell(view.heard);
  }

  return { show, open: () => toggle(true) };
})();

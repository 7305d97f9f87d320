/** The badge: a risk in a line, and the button that opens the panel. */

// eslint-disable-next-line no-unused-vars -- read by page.js
const badge = (() => {
  "use strict";

  /** @type {(open: boolean) => void} */
  let toggle = () => {};

  /**
   * @param {import("../lib/card-view.js").CardView} view
   * @param {{offHere: () => void, report: () => void}} doors
   */
  function show(view, doors) {
    corner.remove();
    const box = corner.open(view);
    const button = buttonOf(view);
    const panel = makePanel(view, { close: () => toggle(false), hide: corner.remove, ...doors });
    box.classList.add(view.tone);
    box.setAttribute("role", "complementary");
    box.setAttribute("aria-label", view.label);
    box.append(panel, button);
    toggle = (open) => {
      panel.hidden = !open;
      button.setAttribute("aria-expanded", String(open));
      (open ? panel.querySelector("button") ?? button : button).focus({ preventScroll: true });
    };
    button.addEventListener("click", () => toggle(panel.hidden === true));
    box.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !panel.hidden) toggle(false);
    });
    corner.tell(view.claim, view.range, view.note);
  }

  /** @param {import("../lib/card-view.js").CardView} view */
  function buttonOf({ claim, range, note, mark }) {
    const under = make("span", "under", ...(range ? [range] : []), ...(note ? [make("span", "note", note)] : []));
    const lines = make("span", "lines", make("span", "claim", claim), ...(range || note ? [under] : []));
    const button = make("button", "badge", makeDrawing("0 0 22 22", "mark", mark), lines);
    button.type = "button";
    button.setAttribute("aria-expanded", "false");
    button.setAttribute("aria-controls", "panel");
    return button;
  }

  return { show, open: () => toggle(true) };
})();

/** The corner where all of TrendGuard stands: a closed shadow root, beside the page, never in it. */

// eslint-disable-next-line no-unused-vars -- read by page.js, badge.js and nudge.js
const corner = (() => {
  "use strict";

  /** Inline and important, so that no rule of the shop can move or hide it. */
  const PLACE =
    "all: initial !important; position: fixed !important; inset: auto 16px 16px auto !important; z-index: 2147483647 !important; display: block !important;";
  /** A live region is only heard if it stood there before its text. */
  const HEARD_AFTER_MS = 150;

  /** @type {HTMLElement | null} */
  let host = null;
  /** @type {HTMLElement | null} */
  let box = null;

  /** Take all of it away; nothing stays. */
  function remove() {
    host?.remove();
    host = box = null;
  }

  /** @param {{look: string, language: string, direction: string}} view */
  function open({ look, language, direction }) {
    box ??= place(look);
    box.lang = language;
    box.dir = direction;
    return box;
  }

  /** @param {string} look */
  function place(look) {
    const outside = document.createElement("div");
    outside.style.cssText = PLACE;
    const root = outside.attachShadow({ mode: "closed" });
    dress(root, look);
    const inside = draw(["div", { class: "corner" }, ["p", { class: "heard", role: "status" }]], {});
    root.append(inside);
    for (const type of ["keydown", "keyup", "keypress", "click", "pointerdown"]) {
      outside.addEventListener(type, (event) => event.stopPropagation());
    }
    document.documentElement.append(outside);
    host = outside;
    return inside;
  }

  /** @param {ShadowRoot} root @param {string} look a sheet of it needs no leave of the page's CSP */
  function dress(root, look) {
    try {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(look);
      root.adoptedStyleSheets = [sheet];
    } catch {
      root.append(draw(["style", {}, look], {}));
    }
  }

  /** @param {string} words told to who listens, without moving the focus */
  function tell(words) {
    const heard = box?.querySelector(".heard");
    setTimeout(() => heard?.replaceChildren(words), HEARD_AFTER_MS);
  }

  /** @param {HTMLElement} element that goes; what is left may be nothing */
  function take(element) {
    element.remove();
    if (box?.children.length === 1) remove();
  }

  return { open, remove, take, tell };
})();

/** The badge in the corner: its own closed shadow root, beside the page, never in it. */

// eslint-disable-next-line no-unused-vars -- read by page.js
const badge = (() => {
  "use strict";

  /** Inline and important, so that no rule of the shop can move or hide it. */
  const PLACE =
    "all: initial !important; position: fixed !important; inset: auto 16px 16px auto !important; z-index: 2147483647 !important; display: block !important;";

  /** @type {HTMLElement | null} */
  let host = null;

  /** Take the badge away; nothing of it stays. */
  function remove() {
    host?.remove();
    host = null;
  }

  /**
   * @param {import("../lib/card.js").Card} card
   * @param {string} ageBand
   * @param {string} title
   * @param {() => void} offHere
   */
  function show(card, ageBand, title, offHere) {
    remove();
    const place = document.createElement("div");
    place.style.cssText = PLACE;
    const root = place.attachShadow({ mode: "closed" });
    dress(root);
    root.append(cornerOf(card, ageBand, title, { hide: remove, offHere }));
    for (const type of ["keydown", "keyup", "keypress", "click", "pointerdown"]) {
      place.addEventListener(type, (event) => event.stopPropagation());
    }
    document.documentElement.append(place);
    host = place;
  }

  /** @param {ShadowRoot} root a sheet needs no leave of the page's CSP */
  function dress(root) {
    try {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(badgeLook);
      root.adoptedStyleSheets = [sheet];
    } catch {
      root.append(make("style", "", badgeLook));
    }
  }

  /**
   * @param {import("../lib/card.js").Card} card
   * @param {string} ageBand
   * @param {string} title
   * @param {{hide: () => void, offHere: () => void}} doors
   */
  function cornerOf(card, ageBand, title, doors) {
    const words = cardWords.headline(card, ageBand);
    const button = buttonOf(words);
    const panel = makePanel(card, ageBand, title, { close: () => toggle(false), ...doors });
    const heard = make("p", "heard");
    heard.setAttribute("role", "status");
    const corner = make("div", `corner ${toneOf(cardWords.rowFor(card, ageBand).risk)}`, heard, panel, button);
    corner.setAttribute("role", "complementary");
    corner.setAttribute("aria-label", cardWords.label(card));
    corner.lang = chrome.i18n.getUILanguage();
    corner.dir = chrome.i18n.getMessage("@@bidi_dir");

    /** @param {boolean} open */
    function toggle(open) {
      panel.hidden = !open;
      button.setAttribute("aria-expanded", String(open));
      (open ? panel.querySelector("button") ?? button : button).focus({ preventScroll: true });
    }
    button.addEventListener("click", () => toggle(panel.hidden === true));
    corner.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !panel.hidden) toggle(false);
    });
    // A live region is only heard if it stood there before its text.
    setTimeout(() => heard.append([words.claim, words.range, words.note].filter(Boolean).join(" ")), 150);
    return corner;
  }

  /** @param {{claim: string, range: string, note: string}} words */
  function buttonOf({ claim, range, note }) {
    const under = make("span", "under", ...(range ? [range] : []), ...(note ? [make("span", "note", note)] : []));
    const lines = make("span", "lines", make("span", "claim", claim), ...(range || note ? [under] : []));
    const button = make("button", "badge", mark(), lines);
    button.type = "button";
    button.setAttribute("aria-expanded", "false");
    button.setAttribute("aria-controls", "panel");
    return button;
  }

  /** @param {import("../lib/card.js").Risk | null} risk */
  const toneOf = (risk) =>
    risk === null ? "none" : risk.risk >= 0.5 ? "high" : risk.risk >= 0.25 ? "mid" : "low";

  /** @returns {SVGElement} a curve that rose and fell */
  function mark() {
    const ns = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(ns, "svg");
    const line = document.createElementNS(ns, "path");
    svg.setAttribute("viewBox", "0 0 22 22");
    svg.setAttribute("class", "mark");
    svg.setAttribute("aria-hidden", "true");
    for (const [name, value] of Object.entries({
      d: "M2 19 C7 19 7 4 11 4 S15 15 20 16", fill: "none", stroke: "currentColor",
      "stroke-width": "2.5", "stroke-linecap": "round",
    })) line.setAttribute(name, value);
    svg.append(line);
    return svg;
  }

  return { show, remove };
})();

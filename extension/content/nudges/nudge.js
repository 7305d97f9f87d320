/** The frame of a nudge: it stands beside what the shopper does, takes no focus and blocks nothing. */

// eslint-disable-next-line no-unused-vars -- read by page.js and the nudges
const nudge = (() => {
  "use strict";

  /** @typedef {import("../../background/nudging.js").NudgeView} NudgeView */

  /**
   * What a nudge may ask for; `why` opens the panel, where there is one.
   * @typedef {{refused: () => void, welcomed: () => void, offHere: () => void, why: (() => void) | null,
   *   sleep: (hours: number) => Promise<string | null>}} Doors
   */

  /** @type {Record<string, (view: NudgeView, doors: Doors, card: HTMLElement) => HTMLElement[]>} */
  const kinds = {};
  /** @type {HTMLElement | null} */
  let shown = null;

  function remove() {
    if (shown) corner.take(shown);
    shown = null;
  }

  /** @param {NudgeView} view @param {Doors} doors */
  function show(view, doors) {
    remove();
    const box = corner.open(view);
    const card = make("section", `nudge ${view.kind}`);
    const refuse = () => {
      remove();
      doors.refused();
    };
    fill(card, view, doors, refuse);
    box.insertBefore(card, box.querySelector(".badge"));
    shown = card;
    corner.tell(view.title, ...view.lines);
  }

  /** @param {HTMLElement} card @param {NudgeView} view @param {Doors} doors @param {() => void} refuse */
  function fill(card, view, doors, refuse) {
    const title = make("h2", "", view.title);
    const words = make("div", "words", title, ...view.lines.map((line) => make("p", "line", line)));
    words.style.flex = "1";
    const off = make("p", "off", makeButton("link", view.texts.offHere, doors.offHere));
    card.append(make("div", "head", words, makeClose(view.texts.close, refuse)), ...kinds[view.kind](view, doors, card), off);
    card.setAttribute("role", "dialog");
    card.setAttribute("aria-label", `${view.texts.nudgeLabel}: ${view.title}`);
    card.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      refuse();
    });
  }

  return { kinds, show, remove };
})();

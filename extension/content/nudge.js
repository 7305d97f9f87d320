/** Shows a nudge: it stands beside what the shopper does, takes no focus and blocks nothing. */

// eslint-disable-next-line no-unused-vars -- read by page.js
const nudge = (() => {
  "use strict";

  /** @typedef {import("../background/nudging.js").NudgeView} NudgeView */

  /** @type {HTMLElement | null} */
  let shown = null;

  function remove() {
    if (shown) corner.take(shown);
    shown = null;
  }

  /**
   * @param {NudgeView} view
   * @param {{refused: () => void, welcomed: () => void, offHere: () => void, why: () => void,
   *   sleep: (hours: number) => Promise<import("../background/nudges/nudge.js").Told | null>}} doors
   */
  function show(view, doors) {
    remove();
    const box = corner.open(view);
    const acts = {
      offHere: doors.offHere,
      refuse: () => (remove(), doors.refused()),
      seen: () => (remove(), doors.welcomed()),
      why: () => (doors.welcomed(), doors.why()),
      later: () => offerPauses(card, view, acts),
      remind: () => void sleep(card, doors),
    };
    const card = draw(view.tree, acts);
    card.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      acts.refuse();
    });
    box.insertBefore(card, box.querySelector(".badge"));
    shown = card;
    corner.tell(view.heard);
  }

  /** @param {HTMLElement} card @param {NudgeView} view @param {Record<string, () => void>} acts */
  function offerPauses(card, view, acts) {
    card.querySelector(".doors")?.replaceWith(...view.pausing.map((part) => draw(part, acts)));
    card.querySelector("select")?.focus({ preventScroll: true });
  }

  /** @param {HTMLElement} card @param {{sleep: (hours: number) => Promise<import("../background/nudges/nudge.js").Told | null>}} doors */
  async function sleep(card, doors) {
    const told = await doors.sleep(Number(card.querySelector("select")?.value));
    if (told === null) return;
    card.querySelector(".words")?.replaceWith(draw(told.tree, {}));
    card.querySelectorAll("label, select, .doors").forEach((part) => part.remove());
    corner.tell(told.heard);
  }

  return { show, remove };
})();

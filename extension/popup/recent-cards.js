/** The cards that were shown last. */

import { headline } from "../lib/card-view.js";
import { loadRecent } from "../lib/recent.js";
import { make, the, titleOf } from "../pages/page.js";

/** @param {import("../lib/settings.js").Settings} settings @param {import("../lib/texts.js").Texts} texts */
export async function showRecent({ keepRecent, ageBand }, texts) {
  const rows = (await loadRecent()).map((card) => {
    const { claim, range } = headline(card, ageBand, texts);
    const where = texts.say("sourceAsOf", { source: card.host, date: texts.day(new Date(card.seenAt).toISOString()) });
    return make("li", "", titleOf(card.title), make("div", "", `${claim} ${range}`), make("div", "quiet", where));
  });
  const none = make("li", "quiet", texts.say(keepRecent ? "recentNone" : "recentOff"));
  the("recent", HTMLElement).querySelector("ul")?.replaceChildren(...(rows.length ? rows : [none]));
}

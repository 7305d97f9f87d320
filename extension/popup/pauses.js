/** What the shopper sleeps on, and what the night is over for. */

import { loadPauses, wake } from "../lib/cooling-off.js";
import { openAddress } from "../lib/platform.js";
import { make, makeButton, the, titleOf } from "../pages/page.js";

/** @param {import("../lib/texts.js").Texts} texts */
export async function showPauses(texts) {
  const pauses = await loadPauses();
  const section = the("pauses", HTMLElement);
  section.hidden = pauses.length === 0;
  section.querySelector("ul")?.replaceChildren(...pauses.map((pause) => rowOf(pause, texts)));
}

/** @param {import("../lib/cooling-off.js").Pause} pause @param {import("../lib/texts.js").Texts} texts */
function rowOf({ key, title, address, until }, { say, moment }) {
  const isOver = until <= Date.now();
  const when = isOver ? say("pauseOver") : say("pauseUntil", { date: moment(until) });
  const open = makeButton(say("pauseOpen"), () => openAddress(address), `${say("pauseOpen")}: ${title}`);
  const remove = makeButton(say("remove"), () => wake(key), `${say("remove")}: ${title}`);
  return make("li", isOver ? "over" : "", titleOf(title), make("div", "quiet", when), make("div", "row", open, remove));
}

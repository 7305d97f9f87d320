/** The poll: did you keep it? An answer is sent only if the box below is ticked. */

import { drop, dueOf, giveAnswer, loadPurchases, takeBack } from "../lib/outcomes.js";
import { loadSettings, saveSettings } from "../lib/settings.js";
import { make, makeButton, the, titleOf } from "../pages/page.js";

/**
 * @typedef {import("../lib/outcomes.js").Purchase} Purchase
 * @typedef {import("../lib/texts.js").Texts} Texts
 */

const ANSWERS = /** @type {const} */ (["kept", "returned", "regret"]);
const NAMES = { kept: "pollKept", returned: "pollReturned", regret: "pollRegret" };
const MOST_AT_ONCE = 3;

/** @param {Texts} texts @param {(name: string) => void} tell */
export async function showPoll(texts, tell) {
  const purchases = await loadPurchases();
  the("send-outcomes", HTMLInputElement).checked = (await loadSettings()).sendOutcomes;
  fill("poll", dueOf(purchases).slice(0, MOST_AT_ONCE).map((each) => questionOf(each, texts, tell)));
  fill("answered", purchases.flatMap((each) => (each.answer ? [answerOf(each, each.answer, texts, tell)] : [])));
}

/** The choice last made here: an answer given at once waits until it is kept. @type {Promise<unknown>} */
let choice = Promise.resolve();

export function wirePoll() {
  const box = the("send-outcomes", HTMLInputElement);
  box.addEventListener("change", () => {
    choice = saveSettings({ sendOutcomes: box.checked });
  });
}

/** @param {string} id @param {HTMLElement[]} rows nothing to show: nothing is shown */
function fill(id, rows) {
  const section = the(id, HTMLElement);
  section.hidden = rows.length === 0;
  section.querySelector("ul")?.replaceChildren(...rows);
}

/** @param {Purchase} purchase @param {Texts} texts @param {(name: string) => void} tell */
function questionOf(purchase, { say }, tell) {
  const answers = ANSWERS.map((answer) => {
    const label = say(NAMES[answer]);
    return makeButton(label, () => reply(purchase, answer).then(tell), `${label}: ${purchase.title}`);
  });
  const none = makeButton(say("pollNotBought"), () => drop(purchase.key), `${say("pollNotBought")}: ${purchase.title}`);
  return make("li", "", titleOf(purchase.title), make("div", "row", ...answers, none));
}

/** @param {Purchase} purchase @param {import("../lib/outcomes.js").Answer} answer */
async function reply(purchase, answer) {
  await choice;
  const { sendOutcomes, server } = await loadSettings();
  const isSent = await giveAnswer(purchase, answer, sendOutcomes ? server : null);
  return isSent ? "pollSent" : sendOutcomes ? "serverAway" : "pollHere";
}

/** @param {Purchase} purchase @param {import("../lib/outcomes.js").Answer} answer @param {Texts} texts @param {(name: string) => void} tell */
function answerOf(purchase, answer, { say }, tell) {
  const back = async () => {
    const { server } = await loadSettings();
    tell(await takeBack(server, purchase.key).then(() => "pollTakenBack", () => "serverAway"));
  };
  const button = makeButton(say("pollTakeBack"), back, `${say("pollTakeBack")}: ${purchase.title}`);
  return make("li", "", titleOf(purchase.title), make("div", "quiet", say(NAMES[answer])), make("div", "row", button));
}

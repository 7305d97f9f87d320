/** Reminds of what was slept on: a number on the button, a notification where that is allowed. */

import { loadPauses, overOf, setNext } from "../lib/cooling-off.js";
import { dueOf, loadPurchases } from "../lib/outcomes.js";
import { notify, setButtonText } from "../lib/platform.js";
import { loadSettings } from "../lib/settings.js";
import { loadTexts } from "../lib/texts.js";

/** What waits in the popup, as the button tells it. */
export async function showWaiting() {
  const waiting = overOf(await loadPauses()).length + dueOf(await loadPurchases()).length;
  await setButtonText(waiting ? String(waiting) : "");
}

/** A pause is over. */
export async function remind() {
  const over = overOf(await loadPauses()).at(-1);
  await showWaiting();
  await setNext();
  if (!over) return;
  const { say } = await loadTexts((await loadSettings()).language);
  await notify(say("pauseOver"), over.title);
}

/** After a start the button is empty, and some browsers have forgotten the alarm. */
export async function rememberAll() {
  await showWaiting();
  await setNext();
}

/** The popup of the toolbar's button: this tab, what waits, what was seen. */

import { frontTab, onSaved, openOptions, openPage } from "../lib/platform.js";
import { loadSettings } from "../lib/settings.js";
import { loadShown } from "../lib/tabs.js";
import { fillWords, the } from "../pages/page.js";
import { showHere, wireHere } from "./here.js";
import { showPauses } from "./pauses.js";
import { showPoll, wirePoll } from "./poll.js";
import { showRecent } from "./recent-cards.js";

const texts = await fillWords("name");
/** A page of ours may stand in for the tab's popup: then it says which tab it is about. */
const tabNumber = Number(new URLSearchParams(location.search).get("tab")) || (await frontTab());

/** @param {string} name of a text */
const tell = (name) => void (the("state", HTMLElement).textContent = texts.say(name));

async function show() {
  const [settings, tab] = [await loadSettings(), await loadShown(tabNumber)];
  the("start", HTMLElement).hidden = settings.agreed;
  await showHere(tab, settings, texts);
  await showPauses(texts);
  await showPoll(texts, tell);
  await showRecent(settings, texts);
}

the("options", HTMLButtonElement).addEventListener("click", openOptions);
the("welcome", HTMLButtonElement).addEventListener("click", () => openPage("welcome/welcome.html"));
wireHere(tabNumber, texts, tell);
wirePoll();
onSaved(() => void show());
await show();

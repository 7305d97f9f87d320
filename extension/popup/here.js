/** This tab: its card, and how to be left alone. */

import { askForCard } from "../lib/ask.js";
import { headline } from "../lib/card-view.js";
import { remember } from "../lib/recent.js";
import { loadSettings, saveSettings, switchSite } from "../lib/settings.js";
import { loadTab, saveTab } from "../lib/tabs.js";
import { makeButton, the } from "../pages/page.js";

/**
 * @typedef {import("../lib/settings.js").Settings} Settings
 * @typedef {import("../lib/tabs.js").TabState} TabState
 * @typedef {import("../lib/texts.js").Texts} Texts
 */

const SNOOZE_HOURS = [1, 24, 168];
const HOUR = 3_600_000;

/** @param {TabState | null} tab @param {Settings} settings @param {Texts} texts */
export async function showHere(tab, settings, texts) {
  the("here-title", HTMLElement).textContent = tab ? tab.host : texts.say("noShopHere");
  the("here-card", HTMLElement).textContent = tab ? cardLine(tab, settings, texts) : "";
  the("here-switch", HTMLElement).hidden = !tab;
  the("site-on", HTMLInputElement).checked = Boolean(tab && !settings.offSites.includes(tab.host));
  the("enabled", HTMLInputElement).checked = settings.enabled;
  the("ask", HTMLButtonElement).hidden = !settings.agreed || !tab?.product || tab.card !== null;
  showSnooze(settings, texts);
}

/** @param {TabState} tab @param {Settings} settings @param {Texts} texts */
function cardLine({ card, product }, { ageBand }, texts) {
  if (!card) return product ? texts.say("unknownProduct") : "";
  const { claim, range, note } = headline(card, ageBand, texts);
  return [claim, range, note].filter(Boolean).join(" ");
}

/** @param {Settings} settings @param {Texts} texts */
function showSnooze({ snoozedUntil }, { say, moment, duration }) {
  const isSnoozed = snoozedUntil > Date.now();
  the("snooze-state", HTMLElement).textContent = isSnoozed ? say("snoozedUntil", { date: moment(snoozedUntil) }) : say("snooze");
  const wake = makeButton(say("snoozeEnd"), () => saveSettings({ snoozedUntil: 0 }));
  const choices = SNOOZE_HOURS.map((hours) =>
    makeButton(duration(hours), () => saveSettings({ snoozedUntil: Date.now() + hours * HOUR })),
  );
  the("snooze", HTMLElement).replaceChildren(...(isSnoozed ? [wake] : choices));
}

/** @param {number} tabNumber @param {Texts} texts @param {(name: string) => void} tell */
export function wireHere(tabNumber, texts, tell) {
  const [siteOn, enabled, ask] = [the("site-on", HTMLInputElement), the("enabled", HTMLInputElement), the("ask", HTMLButtonElement)];
  siteOn.addEventListener("change", async () => {
    const isOn = siteOn.checked; // before anything else is drawn
    const tab = await loadTab(tabNumber);
    if (tab) await switchSite(tab.host, isOn);
  });
  enabled.addEventListener("change", () => saveSettings({ enabled: enabled.checked }));
  ask.addEventListener("click", async () => {
    const [tab, settings] = [await loadTab(tabNumber), await loadSettings()];
    if (tab?.product) tell(await askAbout(tab, tab.product, tabNumber, settings).catch(() => "serverAway"));
    await showHere(await loadTab(tabNumber), settings, texts);
  });
}

/**
 * @param {TabState} tab
 * @param {import("../lib/ask.js").Product} product
 * @param {number} tabNumber
 * @param {Settings} settings
 * @returns {Promise<string>} name of what is to be said
 */
async function askAbout(tab, product, tabNumber, { server, keepRecent }) {
  const card = await askForCard(server, product);
  if (!card) return "serverAway";
  await saveTab(tabNumber, { ...tab, card });
  if (keepRecent) await remember(card, product.title, tab.host);
  return "asked";
}

/** The options page: what the shopper chose, and may choose otherwise. */

import { dropUnanswered } from "../lib/outcomes.js";
import { giveUp, mayUse, usesAlready } from "../lib/platform.js";
import { forgetRecent } from "../lib/recent.js";
import { AGE_BANDS, loadSettings, saveSettings, switchSite } from "../lib/settings.js";
import { LANGUAGES } from "../lib/texts.js";
import { fillConsent } from "../pages/consent.js";
import { fillWords, make, makeButton, the } from "../pages/page.js";
import { wireMyData } from "./my-data.js";
import { wireServer } from "./server-form.js";
import { showShops, wireShops } from "./shop-form.js";

const texts = await fillWords("optionsTitle");
const { say } = texts;
const consent = the("consent", HTMLButtonElement);
const ageBand = the("age-band", HTMLSelectElement);
const language = the("language", HTMLSelectElement);
const notifications = the("notifications", HTMLInputElement);
const switches = /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll("[data-setting]"));

/** @param {HTMLInputElement} box */
const settingOf = (box) =>
  /** @type {"enabled" | "nudges" | "keepRecent" | "sendTitles" | "sendOutcomes"} */ (box.dataset.setting);

function fillChoices() {
  fillConsent(the("consent-section", HTMLElement), texts);
  ageBand.append(new Option(say("ageNone"), ""), ...AGE_BANDS.map((band) => new Option(band, band)));
  language.append(new Option(say("languageBrowser"), ""), ...LANGUAGES.map((each) => new Option(nameOf(each), each)));
}

/** @param {string} tag @returns {string} a language by its own name */
const nameOf = (tag) => new Intl.DisplayNames(tag, { type: "language" }).of(tag) ?? tag;

async function show() {
  const settings = await loadSettings();
  the("consent-state", HTMLElement).textContent = say(settings.agreed ? "consentGiven" : "consentMissing");
  consent.textContent = say(settings.agreed ? "consentWithdraw" : "consentAgree");
  consent.className = settings.agreed ? "" : "agree";
  for (const box of switches) box.checked = settings[settingOf(box)];
  notifications.checked = await usesAlready("notifications");
  ageBand.value = settings.ageBand;
  language.value = settings.language;
  the("server", HTMLInputElement).value = settings.server;
  showOffSites(settings.offSites);
  await showShops(texts);
}

/** @param {string[]} sites */
function showOffSites(sites) {
  const rows = sites.map((site) =>
    make("li", "", site, makeButton(say("turnBackOn", { site }), () => switchSite(site, true).then(show))),
  );
  the("off-sites", HTMLUListElement).replaceChildren(...(rows.length ? rows : [make("li", "", say("offSitesNone"))]));
}

/** @param {Partial<import("../lib/settings.js").Settings>} changes */
async function change(changes) {
  await saveSettings(changes);
  if (changes.keepRecent === false) await Promise.all([forgetRecent(), dropUnanswered()]);
  if (changes.language !== undefined) return location.reload();
  await show();
}

async function switchNotifications() {
  await (notifications.checked ? mayUse("notifications") : giveUp("notifications"));
  await show();
}

fillChoices();
await show();
consent.addEventListener("click", async () => change({ agreed: !(await loadSettings()).agreed }));
for (const box of switches) box.addEventListener("change", () => change({ [settingOf(box)]: box.checked }));
notifications.addEventListener("change", switchNotifications);
ageBand.addEventListener("change", () => change({ ageBand: ageBand.value }));
language.addEventListener("change", () => change({ language: language.value }));
wireServer(texts, change);
wireShops(texts);
wireMyData(texts, show);

/** The options page, which is also the first page a shopper sees. */

import { AGE_BANDS, loadSettings, saveSettings, serverOrigin } from "../lib/settings.js";
import { mayReach, say } from "../lib/platform.js";

/**
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} type
 * @returns {T}
 */
function the(id, type) {
  const element = document.getElementById(id);
  if (!(element instanceof type)) throw new TypeError(`no ${type.name} with id ${id}`);
  return element;
}

const consent = the("consent", HTMLButtonElement);
const enabled = the("enabled", HTMLInputElement);
const ageBand = the("age-band", HTMLSelectElement);
const server = the("server", HTMLInputElement);

function fillWords() {
  document.documentElement.lang = chrome.i18n.getUILanguage();
  document.documentElement.dir = chrome.i18n.getMessage("@@bidi_dir");
  document.title = say("optionsTitle");
  for (const element of document.querySelectorAll("[data-text]")) {
    element.textContent = say(element.getAttribute("data-text") ?? "");
  }
  ageBand.append(new Option(say("ageNone"), ""), ...AGE_BANDS.map((band) => new Option(band, band)));
}

async function show() {
  const settings = await loadSettings();
  the("consent-state", HTMLElement).textContent = say(settings.agreed ? "consentGiven" : "consentMissing");
  consent.textContent = say(settings.agreed ? "consentWithdraw" : "consentAgree");
  consent.className = settings.agreed ? "" : "agree";
  enabled.checked = settings.enabled;
  ageBand.value = settings.ageBand;
  server.value = settings.server;
  showOffSites(settings.offSites);
}

/** @param {string[]} sites */
function showOffSites(sites) {
  const rows = sites.map((site) => {
    const row = document.createElement("li");
    const button = document.createElement("button");
    button.textContent = say("turnBackOn", site);
    button.addEventListener("click", () => change({ offSites: sites.filter((s) => s !== site) }));
    row.append(site, button);
    return row;
  });
  const none = document.createElement("li");
  none.textContent = say("offSitesNone");
  the("off-sites", HTMLUListElement).replaceChildren(...(rows.length ? rows : [none]));
}

/** @param {Partial<import("../lib/settings.js").Settings>} changes */
async function change(changes) {
  await saveSettings(changes);
  await show();
}

/** @param {string} message */
const sayOfServer = (message) => (the("server-state", HTMLElement).textContent = say(message));

async function saveServer() {
  const origin = serverOrigin(server.value);
  server.setAttribute("aria-invalid", String(origin === null));
  if (origin === null) return sayOfServer("serverInvalid");
  if (!(await mayReach(origin))) return sayOfServer("serverRefused");
  await change({ server: origin });
  return sayOfServer("serverSaved");
}

fillWords();
await show();
consent.addEventListener("click", async () => change({ agreed: !(await loadSettings()).agreed }));
enabled.addEventListener("change", () => change({ enabled: enabled.checked }));
ageBand.addEventListener("change", () => change({ ageBand: ageBand.value }));
the("server-form", HTMLFormElement).addEventListener("submit", (event) => {
  event.preventDefault();
  void saveServer();
});

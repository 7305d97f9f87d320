/** The first page: what is read and sent, before any of it is. */

import { openOptions } from "../lib/platform.js";
import { saveSettings } from "../lib/settings.js";
import { fillConsent } from "../pages/consent.js";
import { fillWords, the } from "../pages/page.js";

const texts = await fillWords("welcomeTitle");
fillConsent(the("consent-section", HTMLElement), texts);

/** @param {boolean} agreed */
async function decide(agreed) {
  await saveSettings({ agreed });
  the("state", HTMLElement).textContent = texts.say(agreed ? "consentGiven" : "consentMissing");
}

the("agree", HTMLButtonElement).addEventListener("click", () => decide(true));
the("later", HTMLButtonElement).addEventListener("click", () => decide(false));
the("options", HTMLButtonElement).addEventListener("click", openOptions);

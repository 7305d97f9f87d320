/** Wires the browser's events to what they do; it holds nothing between two events. */

import { findCard } from "./look-up.js";
import { loadSettings, mayAsk, saveSettings } from "../lib/settings.js";
import { forgetSession, onFirstRun, onMessage, onSaved, onToolbarClick, openOptions } from "../lib/platform.js";

onFirstRun(openOptions);
onToolbarClick(openOptions);
onSaved((name) => name === "settings" && forgetSession());

onMessage(async (message, page) => {
  const host = page?.hostname ?? "";
  switch (message?.type) {
    case "mayAsk":
      return mayAsk(await loadSettings(), host);
    case "card":
      return cardFor(message.product, host);
    case "offHere":
      return switchOff(host);
    default:
      return null;
  }
});

/**
 * @param {any} product as content/product.js read it
 * @param {string} host
 */
async function cardFor(product, host) {
  const settings = await loadSettings();
  if (!mayAsk(settings, host) || typeof product?.title !== "string") return null;
  const card = await findCard(settings.server, product);
  return card && { card, ageBand: settings.ageBand };
}

/** @param {string} host */
async function switchOff(host) {
  const { offSites } = await loadSettings();
  await saveSettings({ offSites: [...new Set([...offSites, host])] });
}

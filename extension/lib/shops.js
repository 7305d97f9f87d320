/** Shops the shopper adds: one address each, granted by the browser, never all sites. */

import { giveUp } from "./platform.js";

const PREFIX = "shop ";

/**
 * @param {string} text
 * @returns {string | null} `https://` and a host, or null if it is no shop's address
 */
export function shopOrigin(text) {
  const address = text.trim().includes("://") ? text.trim() : `https://${text.trim()}`;
  if (!URL.canParse(address)) return null;
  const { protocol, hostname } = new URL(address);
  const right = protocol === "https:" && /^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(hostname) && !/^[\d.]+$/.test(hostname);
  return right ? `https://${hostname}` : null;
}

/**
 * @param {string} origin
 * @returns {Promise<boolean>} whether the browser was allowed to
 */
export async function addShop(origin) {
  const granted = await chrome.permissions.request({ permissions: ["scripting"], origins: [`${origin}/*`] });
  if (granted) await watch(origin);
  return granted;
}

/** @param {string} origin */
async function watch(origin) {
  const js = chrome.runtime.getManifest().content_scripts?.[0].js ?? [];
  await chrome.scripting.registerContentScripts([
    { id: PREFIX + origin, matches: [`${origin}/*`], js, runAt: "document_idle", persistAcrossSessions: true },
  ]);
}

/** @returns {Promise<string[]>} their origins */
export async function loadShops() {
  const scripts = (await chrome.scripting?.getRegisteredContentScripts()) ?? [];
  return scripts.map(({ id }) => id.replace(PREFIX, "")).sort();
}

/** @param {string} origin */
export async function removeShop(origin) {
  await chrome.scripting.unregisterContentScripts({ ids: [PREFIX + origin] });
  await chrome.permissions.remove({ origins: [`${origin}/*`] }).catch(() => false);
  if ((await loadShops()).length === 0) await giveUp("scripting").catch(() => false);
}

/** What the shopper chose. Everything stays in this browser. */

import { load, update } from "./platform.js";

/**
 * @typedef {object} Settings
 * @property {string} server origin of the API
 * @property {boolean} agreed nothing is sent before this is true
 * @property {boolean} enabled
 * @property {boolean} nudges pop-ups before buying; the badge is not one
 * @property {boolean} sendTitles what the private look-up does not find is asked by its title
 * @property {boolean} keepRecent
 * @property {boolean} sendOutcomes answers to the poll go to the server too
 * @property {string} ageBand as `20-24`, or "" where not told
 * @property {string} language BCP 47, or "" for the browser's
 * @property {number} snoozedUntil milliseconds since 1970
 * @property {string[]} offSites hosts where TrendGuard is silent
 */

/** @type {Readonly<Settings>} */
export const DEFAULTS = Object.freeze({
  server: "http://127.0.0.1:8787",
  agreed: false,
  enabled: true,
  nudges: true,
  sendTitles: false,
  keepRecent: true,
  sendOutcomes: false,
  ageBand: "",
  language: "",
  snoozedUntil: 0,
  offSites: [],
});

export const AGE_BANDS = [
  "15-19", "20-24", "25-29", "30-34", "35-39", "40-44", "45-49",
  "50-54", "55-59", "60-64", "65-69", "70-74", "75-79", "80+",
];

/** @returns {Promise<Settings>} */
export const loadSettings = async () => whole(await load("local", "settings"));

/** @param {Partial<Settings>} changes @returns {Promise<Settings>} */
export const saveSettings = (changes) => update("settings", (kept) => ({ ...whole(kept), ...changes }));

/** @param {string} host @param {boolean} on */
export const switchSite = (host, on) =>
  update("settings", (kept) => {
    const others = whole(kept).offSites.filter((site) => site !== host);
    return { ...whole(kept), offSites: on ? others : [...others, host] };
  });

/** @param {any} kept @returns {Settings} */
const whole = (kept) => ({ ...DEFAULTS, ...(kept ?? {}) });

/**
 * @param {string} text
 * @returns {string | null} the server's origin, or null if it may not be one
 */
export function serverOrigin(text) {
  if (!URL.canParse(text.trim())) return null;
  const url = new URL(text.trim());
  const local = ["127.0.0.1", "localhost"].includes(url.hostname);
  const right = url.protocol === "https:" || (url.protocol === "http:" && local);
  const bare = !url.username && !url.password && url.pathname === "/" && !url.search && !url.hash;
  return right && bare ? url.origin : null;
}

/** @param {Settings} settings @param {string} host @returns {boolean} */
export const mayAsk = (settings, host) =>
  settings.agreed && settings.enabled && settings.snoozedUntil < Date.now() && !settings.offSites.includes(host);

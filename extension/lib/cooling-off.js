/** Products a shopper sleeps on, and when to be reminded of them. */

import { load, setAlarm, update } from "./platform.js";

/** @typedef {{key: string, title: string, address: string, until: number}} Pause */

const MOST = 30;
/** What may be chosen: an hour to a week. */
export const PAUSE_HOURS = [1, 6, 24, 72, 168];
const HOUR = 3_600_000;

/** @returns {Promise<Pause[]>} the next one first */
export const loadPauses = async () => /** @type {Pause[]} */ ((await load("local", "pauses")) ?? []);

/**
 * @param {{key: string, title: string, address: string}} product
 * @param {number} hours
 * @returns {Promise<Pause>}
 */
export async function sleepOn({ key, title, address }, hours) {
  const longest = PAUSE_HOURS[PAUSE_HOURS.length - 1];
  const until = Date.now() + Math.min(Math.max(hours, PAUSE_HOURS[0]), longest) * HOUR;
  const pause = { key, title: title.slice(0, 300), address, until };
  await change((pauses) => [...pauses.filter((each) => each.key !== key), pause].slice(-MOST));
  return pause;
}

/** @param {string} key */
export const wake = (key) => change((pauses) => pauses.filter((each) => each.key !== key));

/** @param {(pauses: Pause[]) => Pause[]} how */
async function change(how) {
  await update("pauses", (kept) => how(kept ?? []).sort((a, b) => a.until - b.until));
  await setNext();
}

/** Be woken when the next pause ends. */
export async function setNext() {
  const next = (await loadPauses()).find(({ until }) => until > Date.now());
  await setAlarm(next ? next.until : null);
}

/** @param {Pause[]} pauses @returns {Pause[]} those that are over */
export const overOf = (pauses) => pauses.filter(({ until }) => until <= Date.now());

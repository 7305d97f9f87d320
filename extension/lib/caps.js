/** How often a nudge may speak: seldom, never twice of one thing, and not after a no. */

import { load, update } from "./platform.js";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
export const MOST_A_DAY = 3;
export const MOST_A_DAY_AND_SITE = 1;
/** Of one product nothing is said again for so long. */
const AGAIN_AFTER = 7 * DAY;
/** After the first no; each further one doubles it. */
const FIRST_QUIET = DAY;
const LONGEST_QUIET = 32 * DAY;

/**
 * @typedef {object} Caps
 * @property {{at: number, host: string, keys: string[]}[]} told newest last
 * @property {number} refusals in a row
 * @property {number} quietUntil milliseconds since 1970
 */

/** @param {any} kept @returns {Caps} */
const whole = (kept) => ({ told: [], refusals: 0, quietUntil: 0, ...(kept ?? {}) });

/** @returns {Promise<Caps>} */
export const loadCaps = async () => whole(await load("local", "caps"));

/**
 * Take leave to speak; it is used up by that.
 * @param {string} host
 * @param {string[]} keys of the cards it would be about
 * @returns {Promise<boolean>}
 */
export async function takeLeave(host, keys) {
  let granted = false;
  await update("caps", (kept) => {
    const caps = whole(kept);
    const now = Date.now();
    granted = isFree(caps, host, keys, now);
    const told = caps.told.filter(({ at }) => at > now - AGAIN_AFTER);
    return { ...caps, told: granted ? [...told, { at: now, host, keys }] : told };
  });
  return granted;
}

/** @param {Caps} caps @param {string} host @param {string[]} keys @param {number} now */
function isFree(caps, host, keys, now) {
  const today = caps.told.filter(({ at }) => at > now - DAY);
  const known = new Set(caps.told.filter(({ at }) => at > now - AGAIN_AFTER).flatMap((each) => each.keys));
  return (
    now >= caps.quietUntil &&
    today.length < MOST_A_DAY &&
    today.filter((each) => each.host === host).length < MOST_A_DAY_AND_SITE &&
    keys.some((key) => !known.has(key))
  );
}

/** The shopper said no: be quiet, and longer each time. */
export const refuse = () =>
  update("caps", (kept) => {
    const caps = whole(kept);
    const quiet = Math.min(LONGEST_QUIET, FIRST_QUIET * 2 ** caps.refusals);
    return { ...caps, refusals: caps.refusals + 1, quietUntil: Date.now() + quiet };
  });

/** The shopper made use of it: begin anew. */
export const welcome = () => update("caps", (kept) => ({ ...whole(kept), refusals: 0, quietUntil: 0 }));

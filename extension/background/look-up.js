/**
 * The private look-up: the server is told the first characters of a hash and answers
 * with every card that shares them; which one was meant is found here.
 */

import { cardKeys } from "../lib/card-key.js";
import { isValid, readCard } from "../lib/card.js";
import { readRules } from "../lib/nudge-rules.js";
import { forgetSession, load, save } from "../lib/platform.js";
import { PATIENCE_MS, ServerError, fetchJson } from "../lib/server.js";

/** @typedef {import("../lib/card.js").Card} Card */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** A longer prefix would tell the server which product it was. */
const LONGEST_PREFIX = 8;

/**
 * @param {string} server
 * @param {{title: string, url?: string | null, gtin?: string | null, brand?: string | null}} product
 * @returns {Promise<Card | null>} by the surest key that has one
 */
export async function findCard(server, product) {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const keys = await cardKeys(product);
  const length = await prefixLength(server, signal);
  for (const key of keys) {
    const bucket = await cardsUnder(server, key.slice(0, length), signal);
    const card = bucket.map(readCard).find((c) => c?.key === key);
    if (card && isValid(card)) return card;
  }
  return null;
}

/** @param {string} server @returns {Promise<import("../lib/nudge-rules.js").Rules | null>} null: it gives none */
export const findRules = async (server) =>
  readRules((await config(server, AbortSignal.timeout(PATIENCE_MS)))?.nudges);

/** @param {string} server @param {AbortSignal} signal @returns {Promise<number>} */
async function prefixLength(server, signal) {
  const answer = await config(server, signal);
  if (!isPrivate(answer)) throw new ServerError("the server asks for a prefix that is not private");
  return answer.prefix_length;
}

/** @param {string} server @param {AbortSignal} signal @returns {Promise<any>} */
const config = (server, signal) =>
  kept(`${server}/v1/config`, signal, (answer) => (isPrivate(answer) ? DAY : MINUTE));

/** @param {any} answer */
const isPrivate = (answer) =>
  Number.isInteger(answer?.prefix_length) &&
  answer.prefix_length >= 1 &&
  answer.prefix_length <= LONGEST_PREFIX;

/**
 * @param {string} server
 * @param {string} prefix
 * @param {AbortSignal} signal
 * @returns {Promise<unknown[]>}
 */
async function cardsUnder(server, prefix, signal) {
  const answer = await kept(`${server}/v1/cards/${prefix}`, signal, untilFirstExpires);
  return Array.isArray(answer?.cards) ? answer.cards : [];
}

/** @param {any} answer @returns {number} how long a bucket may be kept, in milliseconds */
function untilFirstExpires(answer) {
  const cards = Array.isArray(answer?.cards) ? answer.cards : [];
  const times = cards.map((/** @type {any} */ c) => Date.parse(c?.expires_at) - Date.now());
  return Math.max(MINUTE, Math.min(DAY, ...(times.length ? times.filter(Number.isFinite) : [HOUR])));
}

/**
 * @param {string} url
 * @param {AbortSignal} signal
 * @param {(answer: any) => number} lifetime
 * @returns {Promise<any>} the answer, from memory while it is true
 */
async function kept(url, signal, lifetime) {
  const memory = /** @type {{answer: any, until: number} | undefined} */ (await load("session", url));
  if (memory && memory.until > Date.now()) return memory.answer;
  const answer = await fetchJson(url, signal);
  // A full memory is emptied; the answer is as good without it.
  await save("session", url, { answer, until: Date.now() + lifetime(answer) }).catch(forgetSession);
  return answer;
}

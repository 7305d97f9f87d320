/**
 * The private look-up: the server is told the first characters of a hash and answers
 * with every card that shares them; which one was meant is found here.
 */

import { cardKeys } from "../lib/card-key.js";
import { readCard } from "../lib/card.js";
import { forgetSession, load, save } from "../lib/platform.js";

/** @typedef {import("../lib/card.js").Card} Card */

const PATIENCE_MS = 2000;
const LARGEST_ANSWER = 4_000_000;
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
    if (card && Date.parse(card.expiresAt) > Date.now()) return card;
  }
  return null;
}

/** @param {string} server @param {AbortSignal} signal @returns {Promise<number>} */
async function prefixLength(server, signal) {
  const config = await kept(`${server}/v1/config`, signal, (c) => (isPrivate(c) ? DAY : MINUTE));
  if (!isPrivate(config)) throw new Error("the server asks for a prefix that is not private");
  return config.prefix_length;
}

/** @param {any} config */
const isPrivate = (config) =>
  Number.isInteger(config?.prefix_length) &&
  config.prefix_length >= 1 &&
  config.prefix_length <= LONGEST_PREFIX;

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

/** @param {string} url @param {AbortSignal} signal @returns {Promise<any>} */
async function fetchJson(url, signal) {
  const response = await fetch(url, {
    signal,
    credentials: "omit",
    cache: "no-store",
    redirect: "error",
    referrerPolicy: "no-referrer",
    headers: { Accept: "application/json" },
  });
  if (response.status === 404) return null;
  if (!response.ok || !response.body) throw new Error(`the server answered ${response.status}`);
  return JSON.parse(await textOf(response.body));
}

/** @param {ReadableStream<Uint8Array>} body @returns {Promise<string>} */
async function textOf(body) {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let text = "";
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    text += decoder.decode(part.value, { stream: true });
    if (text.length > LARGEST_ANSWER) {
      await reader.cancel();
      throw new Error("the server's answer is too large");
    }
  }
  return text + decoder.decode();
}

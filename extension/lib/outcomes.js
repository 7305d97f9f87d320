/** The poll: some weeks after a product went into a cart, was it kept? */

import { load, save, update } from "./platform.js";
import { fetchJson } from "./server.js";

/**
 * @typedef {"kept" | "returned" | "regret"} Answer
 * @typedef {{key: string, title: string, addedAt: number, answer: Answer | null, isSent: boolean}} Purchase
 */

const DAY = 86_400_000;
const MOST = 50;
const SEND_PATIENCE_MS = 5000;
/** Long enough to have worn it, short enough to remember. */
export const ASK_AFTER_MS = 21 * DAY;
const FORGET_AFTER_MS = 365 * DAY;

/** @returns {Promise<Purchase[]>} the newest first */
export const loadPurchases = async () => /** @type {Purchase[]} */ ((await load("local", "purchases")) ?? []);

/** @param {string} key @param {string} title */
export const noteAdded = (key, title) =>
  change((purchases) =>
    purchases.some((each) => each.key === key)
      ? purchases
      : [{ key, title: title.slice(0, 300), addedAt: Date.now(), answer: null, isSent: false }, ...purchases],
  );

/** @param {Purchase[]} purchases @returns {Purchase[]} those to ask about, the oldest first */
export const dueOf = (purchases) =>
  purchases.filter(({ answer, addedAt }) => answer === null && addedAt <= Date.now() - ASK_AFTER_MS).reverse();

/** It was never bought: nothing is asked, nothing kept. @param {string} key */
export const drop = (key) => change((purchases) => purchases.filter((each) => each.key !== key));

/** Nothing more is asked about what is in carts now. */
export const dropUnanswered = () => change((purchases) => purchases.filter(({ answer }) => answer !== null));

/**
 * @param {Purchase} purchase
 * @param {Answer} answer
 * @param {string | null} server where it goes; null: it stays in this browser
 * @returns {Promise<boolean>} whether it was sent
 */
export async function giveAnswer({ key, addedAt }, answer, server) {
  const isSent = server !== null && (await send(server, key, answer, Date.now() - addedAt).catch(() => false));
  await change((purchases) => purchases.map((each) => (each.key === key ? { ...each, answer, isSent } : each)));
  return isSent;
}

/** @param {string} server @param {string} key @param {Answer} answer @param {number} age_ms */
async function send(server, key, answer, age_ms) {
  const body = {
    install_token: await installToken(), card_key: key, answer, consent: true, days_owned: Math.floor(age_ms / DAY),
  };
  return (await ask(server, "POST", body)) !== null;
}

/**
 * Take back one answer, or all of them.
 * @param {string} server
 * @param {string} [key]
 */
export async function takeBack(server, key) {
  const token = await load("local", "installToken");
  const wasSent = !key || (await loadPurchases()).some((each) => each.key === key && each.isSent);
  if (token && wasSent) await ask(server, "DELETE", { install_token: token, ...(key && { card_key: key }) });
  await change((purchases) => purchases.filter((each) => key && each.key !== key));
}

/** @param {string} server @param {string} method @param {object} body */
const ask = (server, method, body) =>
  fetchJson(`${server}/v1/outcomes`, AbortSignal.timeout(SEND_PATIENCE_MS), { method, body });

/** @returns {Promise<string>} 128 random bits, made when they are first needed */
async function installToken() {
  const kept = /** @type {string | undefined} */ (await load("local", "installToken"));
  if (kept) return kept;
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const token = [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
  await save("local", "installToken", token);
  return token;
}

/** @param {(purchases: Purchase[]) => Purchase[]} how */
const change = (how) =>
  update("purchases", (kept) =>
    how(kept ?? []).filter(({ addedAt }) => addedAt > Date.now() - FORGET_AFTER_MS).slice(0, MOST),
  );

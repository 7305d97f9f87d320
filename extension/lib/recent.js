/** The cards that were shown last, for the popup; in this browser, and only if wanted. */

import { load, save, update } from "./platform.js";

/**
 * @typedef {Pick<import("./card.js").Card, "key" | "evidence" | "risk" | "byAgeBand" | "model">
 *   & {title: string, host: string, seenAt: number}} Recent
 */

const MOST = 20;

/** @returns {Promise<Recent[]>} the newest first */
export const loadRecent = async () => /** @type {Recent[]} */ ((await load("local", "recent")) ?? []);

/** @param {import("./card.js").Card} card @param {string} title @param {string} host */
export function remember({ key, evidence, risk, byAgeBand, model }, title, host) {
  const newest = { key, evidence, risk, byAgeBand, model, title: title.slice(0, 300), host, seenAt: Date.now() };
  return update("recent", (kept) => {
    const others = (kept ?? []).filter((/** @type {Recent} */ each) => each.key !== key);
    return [newest, ...others].slice(0, MOST);
  });
}

export const forgetRecent = () => save("local", "recent", []);

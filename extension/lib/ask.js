/** Asks by title, which tells the server what it is about: by a click or a standing choice alone. */

import { isValid, readCard } from "./card.js";
import { PATIENCE_MS, fetchJson } from "./server.js";

/**
 * @typedef {{title: string, price?: number | null, currency?: string | null, brand?: string | null,
 *   gtin?: string | null, category?: string | null}} Product
 */

const LONGEST = { title: 500, brand: 200, category: 200, gtin: 20 };

/**
 * @param {string} server
 * @param {Product} product
 * @returns {Promise<import("./card.js").Card | null>}
 */
export async function askForCard(server, product) {
  const body = descriptionOf(product);
  const answer = await fetchJson(`${server}/v1/risk`, AbortSignal.timeout(PATIENCE_MS), { method: "POST", body });
  const card = readCard(answer);
  return card && isValid(card) ? card : null;
}

/** @param {Product} product @returns {object} never the page's address */
function descriptionOf({ title, price, currency, brand, gtin, category }) {
  const words = { title, brand, gtin, category };
  const cut = Object.entries(LONGEST).flatMap(([name, length]) => {
    const text = words[/** @type {keyof typeof LONGEST} */ (name)];
    return typeof text === "string" && text.trim() ? [[name, text.toWellFormed().trim().slice(0, length)]] : [];
  });
  const isPriced = typeof price === "number" && price >= 0 && /^[A-Z]{3}$/.test(currency ?? "");
  return { ...Object.fromEntries(cut), ...(isPriced && { price, currency }) };
}

/**
 * Which nudge a basket gets. `interventions/nudges.py` decides the same by the same rules,
 * which `/v1/config` gives; here, so that nobody hears what is in a basket.
 *
 * @typedef {object} Rules
 * @property {number} over_half_risk
 * @property {number} cart_trending_count
 * @property {number} cart_risk_low
 * @property {number} pre_purchase_risk_low
 * @property {number} cooling_off_risk_low
 * @property {number} cooling_off_hours
 *
 * @typedef {object} Item
 * @property {number | null} risk `null` without evidence
 * @property {number | null} riskLow
 * @property {string} evidence
 * @property {string | null} stage
 * @property {string} target `regret` or `returned`
 * @property {boolean} isSample
 * @property {number} quantity
 *
 * @typedef {"none" | "cart_summary" | "pre_purchase" | "cooling_off"} Kind
 */

const TRENDING = ["Rising", "Peak", "Decline"];
const SHARES = /** @type {const} */ ([
  "over_half_risk", "cart_risk_low", "pre_purchase_risk_low", "cooling_off_risk_low",
]);
const LONGEST_PAUSE_HOURS = 168;

/**
 * @param {any} value as the server gives it
 * @returns {Rules | null} null where it gives none, or none that can be right
 */
export function readRules(value) {
  const right =
    SHARES.every((name) => Number.isFinite(value?.[name]) && value[name] > 0 && value[name] <= 1) &&
    Number.isInteger(value.cart_trending_count) && value.cart_trending_count >= 1 &&
    Number.isInteger(value.cooling_off_hours) && value.cooling_off_hours >= 1;
  return right ? { ...value, cooling_off_hours: Math.min(value.cooling_off_hours, LONGEST_PAUSE_HOURS) } : null;
}

/** @param {Item} item */
const isKnown = (item) => item.evidence !== "none" && item.risk !== null;
/** @param {Item} item */
const isTrending = (item) => isKnown(item) && TRENDING.includes(item.stage ?? "");
/** @param {Item} item @param {number} riskLow */
const isAtLeast = (item, riskLow) => isKnown(item) && (item.riskLow ?? 0) >= riskLow;
/** @param {Item[]} items */
const pieces = (items) => items.reduce((sum, item) => sum + item.quantity, 0);

/**
 * @param {Item[]} basket
 * @param {Rules} rules
 * @returns {{trending: number, over: number, isSample: boolean}} pieces
 */
export const summarise = (basket, rules) => ({
  trending: pieces(basket.filter(isTrending)),
  over: pieces(basket.filter((item) => isKnown(item) && (item.risk ?? 0) > rules.over_half_risk)),
  isSample: basket.some((item) => isKnown(item) && item.isSample),
});

/**
 * @param {Item[]} basket
 * @param {Rules} rules
 * @returns {{kind: Kind, items: number[]}} the strongest the evidence bears, and the places of what it is about
 */
export function decide(basket, rules) {
  const places = basket.map((_, at) => at);
  /** @param {(item: Item) => boolean} test */
  const where = (test) => places.filter((at) => test(basket[at]));
  const paused = where((i) => !i.isSample && i.evidence === "enough" && isAtLeast(i, rules.cooling_off_risk_low));
  if (paused.length) return { kind: "cooling_off", items: paused };
  const asked = where((i) => !i.isSample && isAtLeast(i, rules.pre_purchase_risk_low));
  if (asked.length) return { kind: "pre_purchase", items: asked };
  const told = where((i) => isTrending(i) || isAtLeast(i, rules.cart_risk_low));
  const enough =
    summarise(basket, rules).trending >= rules.cart_trending_count ||
    basket.some((item) => isAtLeast(item, rules.cart_risk_low));
  return enough ? { kind: "cart_summary", items: told } : { kind: "none", items: [] };
}

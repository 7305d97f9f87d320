/**
 * A risk card as the server gives it, believed only where it has the right shape:
 * what is wrong in kind refuses the card, what is too long is cut.
 *
 * @typedef {{risk: number, risk_low: number, risk_high: number}} Risk
 * @typedef {{code: string, text: string, effect: number, source: string, as_of: string}} Reason
 *
 * @typedef {object} Card
 * @property {string} key
 * @property {"enough" | "thin" | "none"} evidence
 * @property {Risk | null} risk `null` exactly where evidence is none
 * @property {Record<string, Risk>} byAgeBand
 * @property {string | null} stage
 * @property {number | null} trendedDays
 * @property {number | null} daysSincePeak
 * @property {number | null} expectedDaysLeft
 * @property {{share: number, low: number, high: number, n: number} | null} kept
 * @property {{drop: number, median_ask: number, n: number, as_of: string} | null} resale
 * @property {{score: number, n: number} | null} sentiment
 * @property {Reason[]} reasons
 * @property {{version: string, trained_on: string, target: "regret" | "returned"} | null} model
 * @property {string} computedAt
 * @property {string} expiresAt
 */

const STAGES = ["Rising", "Peak", "Decline", "Death"];

/** The card broke the contract. */
class NotACard extends Error {}

/**
 * @param {any} value
 * @returns {Card | null} null where it is no card
 */
export function readCard(value) {
  try {
    return cardOf(value);
  } catch {
    return null;
  }
}

/** @param {Card} card @returns {boolean} whether it may still be shown */
export const isValid = (card) => Date.parse(card.expiresAt) > Date.now();

/** @param {any} c @returns {Card} */
function cardOf(c) {
  const evidence = oneOf(c.evidence, ["enough", "thin", "none"]);
  const risk = evidence === "none" ? absent(c.risk) : riskOf(c);
  return {
    key: matching(c.key, /^[0-9a-f]{64}$/),
    evidence: /** @type {Card["evidence"]} */ (evidence),
    risk,
    byAgeBand: risk ? bandsOf(c.risk_by_age_band ?? {}) : {},
    stage: orNull(c.stage, (v) => oneOf(v, STAGES)),
    trendedDays: orNull(c.trended_days, amount),
    daysSincePeak: orNull(c.days_since_peak, amount),
    expectedDaysLeft: orNull(c.expected_days_left, amount),
    kept: orNull(c.kept_180_days, (k) => ({
      share: share(k.share), low: share(k.low), high: share(k.high), n: amount(k.n),
    })),
    resale: orNull(c.resale, (r) => ({
      drop: number(r.drop), median_ask: amount(r.median_ask), n: amount(r.n), as_of: date(r.as_of),
    })),
    sentiment: orNull(c.sentiment, (s) => ({ score: number(s.score), n: amount(s.n) })),
    reasons: array(c.reasons ?? []).slice(0, 3).map(reasonOf),
    model: orNull(c.model, modelOf),
    computedAt: date(c.computed_at),
    expiresAt: date(c.expires_at),
  };
}

/** @param {any} r @returns {Risk} */
function riskOf(r) {
  const risk = { risk: share(r.risk), risk_low: share(r.risk_low), risk_high: share(r.risk_high) };
  if (risk.risk_low > risk.risk_high) throw new NotACard();
  return risk;
}

/** @param {any} bands @returns {Record<string, Risk>} */
function bandsOf(bands) {
  const rows = Object.entries(bands).slice(0, 20);
  return Object.fromEntries(rows.map(([band, row]) => [matching(band, /^\d\d(-\d\d|\+)$/), riskOf(row)]));
}

/** @param {any} r @returns {Reason} */
const reasonOf = (r) => ({
  code: matching(r.code, /^[a-z_]{1,40}$/), text: text(r.text), effect: number(r.effect),
  source: text(r.source), as_of: date(r.as_of),
});

/** @param {any} m @returns {NonNullable<Card["model"]>} older servers name no target: theirs is regret */
const modelOf = (m) => ({
  version: text(m.version),
  trained_on: oneOf(m.trained_on, ["retailer", "sample"]),
  target: /** @type {"regret" | "returned"} */ (oneOf(m.target ?? "regret", ["regret", "returned"])),
});

/**
 * @template T
 * @param {any} value
 * @param {(value: any) => T} read
 * @returns {T | null}
 */
const orNull = (value, read) => (value === null || value === undefined ? null : read(value));

/** @param {boolean} right @param {any} value */
function check(right, value) {
  if (!right) throw new NotACard();
  return value;
}
/** @param {any} v @returns {null} */
const absent = (v) => check(v === null || v === undefined, null);
/** @param {any} v @returns {number} */
const number = (v) => check(typeof v === "number" && Number.isFinite(v), v);
/** @param {any} v @returns {number} */
const share = (v) => check(number(v) >= 0 && v <= 1, v);
/** @param {any} v @returns {number} */
const amount = (v) => check(number(v) >= 0 && v < 1e9, v);
/** @param {any} v @returns {any[]} */
const array = (v) => check(Array.isArray(v), v);
/** @param {any} v @returns {string} */
const text = (v) => check(typeof v === "string", v).slice(0, 300);
/** @param {any} v @returns {string} */
const date = (v) => check(typeof v === "string" && !Number.isNaN(Date.parse(v)), v);
/** @param {any} v @param {string[]} names @returns {string} */
const oneOf = (v, names) => check(names.includes(v), v);
/** @param {any} v @param {RegExp} pattern @returns {string} */
const matching = (v, pattern) => check(typeof v === "string" && pattern.test(v), v);

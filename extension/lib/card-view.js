/**
 * A risk card as it is shown: words and numbers as the shopper's language writes them.
 * The badge and its panel are drawn from this.
 * @typedef {import("./card.js").Card} Card
 * @typedef {import("./card.js").Risk} Risk
 * @typedef {import("./texts.js").Texts} Texts
 * @typedef {ReturnType<typeof cardView>} CardView
 */

import { sparklineOf } from "./sparkline.js";

/**
 * @param {Card} card
 * @param {string} ageBand
 * @param {string} product its title
 * @param {Texts} texts
 */
export function cardView(card, ageBand, product, texts) {
  const { say } = texts;
  const { risk } = rowFor(card, ageBand);
  return {
    key: card.key,
    product,
    language: texts.language,
    direction: texts.direction,
    tone: toneOf(risk),
    risk,
    label: say(isOfReturns(card) ? "badgeLabelReturn" : "badgeLabel"),
    ...headline(card, ageBand, texts),
    cautions: cautions(card, texts),
    curve: curveOf(card),
    lifespan: lifespan(card, texts),
    reasons: card.reasons.map((reason) => reasonView(reason, texts)),
    facts: facts(card, texts),
    origin: origin(card, texts),
    texts: wordsFor(["panelLabel", "reasonsTitle", "close", "hideHere", "offHere", "report"], texts),
  };
}

/** @param {string[]} names @param {Texts} texts @returns {Record<string, string>} */
export const wordsFor = (names, texts) => Object.fromEntries(names.map((name) => [name, texts.say(name)]));

/**
 * @param {Pick<Card, "risk" | "byAgeBand">} card
 * @param {string} ageBand
 * @returns {{risk: Risk | null, own: boolean}} the shopper's own row where there is one
 */
export function rowFor(card, ageBand) {
  const row = card.risk && card.byAgeBand[ageBand];
  return { risk: row || card.risk, own: Boolean(row) };
}

/** @param {Pick<Card, "model">} card */
const isOfReturns = (card) => card.model?.target === "returned";

/** @param {Risk | null} risk */
const toneOf = (risk) =>
  risk === null ? "none" : risk.risk >= 0.5 ? "high" : risk.risk >= 0.25 ? "mid" : "low";

/**
 * @param {Pick<Card, "risk" | "byAgeBand" | "model">} card
 * @param {string} ageBand
 * @param {Texts} texts
 * @returns {{claim: string, range: string, note: string}}
 */
export function headline(card, ageBand, { say, percent, bare }) {
  const { risk, own } = rowFor(card, ageBand);
  const note = card.model?.trained_on === "sample" ? say("sampleModel") : "";
  if (!risk) return { claim: say("noEvidence"), range: "", note };
  const name = `badge${isOfReturns(card) ? "Return" : "Risk"}${own ? "LikeYou" : ""}`;
  return {
    claim: say(name, { share: percent(risk.risk) }),
    range: say("between", { low: bare(risk.risk_low), high: percent(risk.risk_high) }),
    note,
  };
}

/** @param {Card} card @param {Texts} texts @returns {string[]} what must be known before the number is believed */
const cautions = (card, { say }) =>
  [
    card.evidence === "none" ? say("noEvidenceWhy") : "",
    card.evidence === "thin" ? say("fewData") : "",
    isOfReturns(card) ? say("returnedWhy") : "",
    card.model?.trained_on === "sample" ? say("sampleModelWhy") : "",
  ].filter(Boolean);

/**
 * Where the trend stands between its start and its expected end. The card holds no series,
 * and to ask for one would tell what is looked at: days alone are drawn, no views.
 * @param {Card} card
 */
function curveOf({ stage, trendedDays, daysSincePeak, expectedDaysLeft }) {
  if (!stage || !trendedDays) return null;
  const length = trendedDays + (stage === "Death" ? 0 : expectedDaysLeft ?? 0);
  const peak = stage === "Rising" ? length : Math.max(0, trendedDays - (daysSincePeak ?? 0));
  return sparklineOf(peak / length, trendedDays / length);
}

/** @param {Card} card @param {Texts} texts */
const lifespan = ({ trendedDays, kept }, { count, percent, row, say }) =>
  trendedDays === null ? "" : row([count("trendedDays", trendedDays), kept && say("keptBy", { share: percent(kept.share) })]);

/** @param {Card["reasons"][number]} reason @param {Texts} texts */
function reasonView(reason, { count, day, say, signed }) {
  const points = Math.round(Math.abs(reason.effect * 100));
  // The number's own sign stands before it, so the form is chosen by the number alone.
  const effect = count("points", points).replace(/\p{Nd}+/u, signed(reason.effect < 0 ? -points : points));
  return {
    text: reason.text,
    effect,
    raises: reason.effect >= 0,
    source: say("sourceAsOf", { source: reason.source, date: day(reason.as_of) }),
  };
}

/** @param {Card} card @param {Texts} texts @returns {[string, string][]} name and value of each fact that is known */
const facts = (card, texts) =>
  /** @type {[string, string][]} */ ([
    [texts.say("trendTitle"), trend(card, texts)],
    [texts.say("keptTitle"), kept(card.kept, texts)],
    [texts.say("resaleTitle"), resale(card.resale, texts)],
    [texts.say("reviewsTitle"), reviews(card.sentiment, texts)],
  ]).filter(([, value]) => value);

/** @param {Card} card @param {Texts} texts */
const trend = ({ stage, daysSincePeak, expectedDaysLeft }, { say, count, row }) =>
  row([
    stage && say(`stage${stage}`),
    daysSincePeak !== null && daysSincePeak > 0 && count("sincePeak", daysSincePeak),
    expectedDaysLeft !== null && stage !== "Death" && count("daysLeft", Math.round(expectedDaysLeft)),
  ]);

/** @param {Card["kept"]} k @param {Texts} texts */
const kept = (k, { say, percent, bare, whole }) =>
  k ? say("kept", { share: percent(k.share), low: bare(k.low), high: percent(k.high), n: whole(k.n) }) : "";

/** @param {Card["resale"]} r @param {Texts} texts */
const resale = (r, { say, dollars, percent, whole, day }) =>
  r
    ? say(r.drop >= 0 ? "resaleBelow" : "resaleAbove", {
        price: dollars(r.median_ask), change: percent(Math.abs(r.drop)), n: whole(r.n), date: day(r.as_of),
      })
    : "";

/** @param {Card["sentiment"]} s @param {Texts} texts */
const reviews = (s, { say, whole }) =>
  s ? say(s.score > 0.2 ? "reviewsGood" : s.score < -0.05 ? "reviewsBad" : "reviewsMixed", { n: whole(s.n) }) : "";

/** @param {Card} card @param {Texts} texts */
const origin = (card, { say, day, row }) =>
  row([say("computedAt", { date: day(card.computedAt) }), card.model && say("modelVersion", { version: card.model.version })]);

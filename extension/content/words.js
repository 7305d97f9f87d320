/**
 * A risk card in words and numbers as the shopper's language writes them.
 * @typedef {import("../lib/card.js").Card} Card
 * @typedef {import("../lib/card.js").Risk} Risk
 */

// eslint-disable-next-line no-unused-vars -- read by badge.js and panel.js
const cardWords = (() => {
  "use strict";

  const locale = chrome.i18n.getUILanguage();
  const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
  const percent = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 0 });
  const dollars = new Intl.NumberFormat(locale, { style: "currency", currency: "USD" });
  const day = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone: "UTC" });
  const days = new Intl.NumberFormat(locale, { style: "unit", unit: "day", unitDisplay: "long", maximumFractionDigits: 0 });

  /** @param {string} name @param {string[]} values */
  const say = (name, ...values) => chrome.i18n.getMessage(name, values);
  /** @param {string} iso */
  const date = (iso) => day.format(new Date(iso));

  /**
   * @param {Card} card
   * @param {string} ageBand
   * @returns {{risk: Risk | null, own: boolean}} the shopper's own row where there is one
   */
  function rowFor(card, ageBand) {
    const row = card.risk && card.byAgeBand[ageBand];
    return { risk: row || card.risk, own: Boolean(row) };
  }

  /** @param {Card} card @param {string} ageBand @returns {{claim: string, range: string, note: string}} */
  function headline(card, ageBand) {
    const { risk, own } = rowFor(card, ageBand);
    const note = card.model?.trained_on === "sample" ? say("sampleModel") : "";
    if (!risk) return { claim: say("noEvidence"), range: "", note };
    return {
      claim: say(claimOf(card, own), percent.format(risk.risk)),
      range: say("between", bareLow(risk), percent.format(risk.risk_high)),
      note,
    };
  }

  /** @param {Card} card @param {boolean} own @returns {string} the message that says what the risk is of */
  const claimOf = (card, own) =>
    card.model?.target === "returned"
      ? own ? "badgeReturnLikeYou" : "badgeReturn"
      : own ? "badgeRiskLikeYou" : "badgeRisk";

  /** @param {Card} card @returns {string} what the badge is called */
  const label = (card) => say(card.model?.target === "returned" ? "badgeLabelReturn" : "badgeLabel");

  /** @param {Risk} risk @returns {string} "31" where "44%" follows, both in one form */
  const bareLow = (risk) => percent.format(risk.risk_low).replace(/[\s\u00a0]?%$/, "");

  /** @param {Card} card @returns {string[]} what must be known before the number is believed */
  function cautions(card) {
    return [
      card.evidence === "none" ? say("noEvidenceWhy") : "",
      card.evidence === "thin" ? say("fewData") : "",
      card.model?.target === "returned" ? say("returnedWhy") : "",
      card.model?.trained_on === "sample" ? say("sampleModelWhy") : "",
    ].filter(Boolean);
  }

  /** @param {Card} card @returns {{text: string, effect: string, raises: boolean, source: string}[]} */
  const reasons = (card) =>
    card.reasons.map((r) => ({
      text: r.text,
      effect: say(r.effect >= 0 ? "reasonRaises" : "reasonLowers", whole.format(Math.abs(r.effect * 100))),
      raises: r.effect >= 0,
      source: say("sourceAsOf", r.source, date(r.as_of)),
    }));

  /** @param {Card} card @returns {[string, string][]} name and value of each fact that is known */
  function facts(card) {
    return /** @type {[string, string][]} */ ([
      [say("trendTitle"), trend(card)],
      [say("keptTitle"), kept(card.kept)],
      [say("resaleTitle"), resale(card.resale)],
      [say("reviewsTitle"), reviews(card.sentiment)],
    ]).filter(([, value]) => value);
  }

  /** @param {Card} card */
  function trend({ stage, trendedDays, daysSincePeak, expectedDaysLeft }) {
    return [
      stage && say(`stage${stage}`),
      trendedDays !== null && say("trendedDays", days.format(trendedDays)),
      daysSincePeak !== null && daysSincePeak > 0 && say("sincePeak", days.format(daysSincePeak)),
      expectedDaysLeft !== null && stage !== "Death" && say("daysLeft", days.format(expectedDaysLeft)),
    ].filter(Boolean).join(", ");
  }

  /** @param {Card["kept"]} k */
  const kept = (k) =>
    k ? say("kept", percent.format(k.share), percent.format(k.low), percent.format(k.high), whole.format(k.n)) : "";

  /** @param {Card["resale"]} r */
  const resale = (r) =>
    r
      ? say(r.drop >= 0 ? "resaleBelow" : "resaleAbove", dollars.format(r.median_ask),
          percent.format(Math.abs(r.drop)), whole.format(r.n), date(r.as_of))
      : "";

  /** @param {Card["sentiment"]} s */
  const reviews = (s) =>
    s ? say(s.score > 0.2 ? "reviewsGood" : s.score < -0.05 ? "reviewsBad" : "reviewsMixed", whole.format(s.n)) : "";

  /** @param {Card} card */
  const origin = (card) =>
    card.model ? say("computedAt", date(card.computedAt), card.model.version) : say("computedAtOnly", date(card.computedAt));

  return { say, rowFor, label, headline, cautions, reasons, facts, origin };
})();

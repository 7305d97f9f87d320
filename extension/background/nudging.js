/** From what a shopper is about to buy to the nudge it is worth, if any may be given now. */

import { takeLeave } from "../lib/caps.js";
import { PAUSE_HOURS } from "../lib/cooling-off.js";
import { cornerLook } from "../lib/corner-look.js";
import { rowFor, wordsFor } from "../lib/card-view.js";
import { decide, summarise } from "../lib/nudge-rules.js";
import { cart_summary } from "./nudges/cart-summary.js";
import { cooling_off } from "./nudges/cooling-off.js";
import { makeNudge } from "./nudges/nudge.js";
import { pre_purchase } from "./nudges/pre-purchase.js";

/**
 * @typedef {import("../lib/card.js").Card} Card
 * @typedef {import("../lib/nudge-rules.js").Rules} Rules
 * @typedef {import("../lib/texts.js").Texts} Texts
 * @typedef {NonNullable<Awaited<ReturnType<typeof nudgeFor>>>} NudgeView
 * @typedef {{card: Card | null, title: string, quantity: number}} Thing
 * @typedef {{texts: Record<string, string>, pauses: ReturnType<typeof pausesOf>, hasPanel: boolean}} Choice
 */

const WORDS = ["close", "offHere", "seen", "reasonsTitle", "sleepOnIt", "pauseFor", "remindMe", "nudgeLabel"];
const KINDS = { cart_summary, pre_purchase, cooling_off };
const TITLES = { cart_summary: "cartTitle", pre_purchase: "prePurchaseTitle", cooling_off: "coolingOffTitle" };

/**
 * @param {Thing[]} things
 * @param {{host: string, ageBand: string, rules: Rules | null, texts: Texts, isCart: boolean}} where
 */
export async function nudgeFor(things, { host, ageBand, rules, texts, isCart }) {
  if (!rules) return null;
  const basket = things.map((thing) => itemOf(thing, ageBand));
  const { kind, items } = decide(basket, rules);
  if (kind === "none" || (kind === "cart_summary" && !isCart)) return null;
  const about = surest(items.map((at) => things[at]), ageBand);
  const keys = items.flatMap((at) => things[at].card?.key ?? []);
  if (!about?.card || !(await takeLeave(host, keys))) return null;
  const title = texts.say(TITLES[kind]);
  const lines = kind === "cart_summary" ? summaryOf(basket, rules, texts) : [claimOf(about.card, ageBand, texts)];
  const choice = { texts: wordsFor(WORDS, texts), pauses: pausesOf(rules, texts), hasPanel: !isCart };
  return {
    key: about.card.key,
    look: cornerLook,
    product: about.title,
    language: texts.language,
    direction: texts.direction,
    tree: makeNudge(kind, title, lines, KINDS[kind](choice), choice.texts),
    pausing: cooling_off(choice),
    heard: [title, ...lines].join(" "),
  };
}

/** @param {Thing} thing @param {string} ageBand @returns {import("../lib/nudge-rules.js").Item} */
function itemOf({ card, quantity }, ageBand) {
  const risk = card && rowFor(card, ageBand).risk;
  return {
    risk: risk?.risk ?? null,
    riskLow: risk?.risk_low ?? null,
    evidence: card?.evidence ?? "none",
    stage: card?.stage ?? null,
    target: card?.model?.target ?? "regret",
    isSample: card?.model?.trained_on === "sample",
    quantity,
  };
}

/** @param {Thing[]} things @param {string} ageBand @returns {Thing | undefined} the one most surely regretted */
const surest = (things, ageBand) =>
  [...things].sort((a, b) => (itemOf(b, ageBand).riskLow ?? 0) - (itemOf(a, ageBand).riskLow ?? 0))[0];

/** @param {Card} card @param {string} ageBand @param {Texts} texts rounded down: no more is said than is sure */
function claimOf(card, ageBand, { say, percent }) {
  const low = Math.floor((rowFor(card, ageBand).risk?.risk_low ?? 0) * 100) / 100;
  return say(card.model?.target === "returned" ? "atLeastReturn" : "atLeastRegret", { share: percent(low) });
}

/**
 * @param {import("../lib/nudge-rules.js").Item[]} basket
 * @param {Rules} rules
 * @param {Texts} texts
 */
function summaryOf(basket, rules, { say, count, percent, whole, row }) {
  const { trending, over, isSample } = summarise(basket, rules);
  const parts = [
    count("cartTrending", trending),
    over > 0 && say("cartOver", { n: whole(over), share: percent(rules.over_half_risk) }),
  ];
  return [row(parts), ...(isSample ? [say("sampleModelWhy")] : [])];
}

/** @param {Rules} rules @param {Texts} texts the server's own proposal stands among the choices */
function pausesOf({ cooling_off_hours: proposed }, { duration }) {
  const hours = [...new Set([...PAUSE_HOURS, proposed])].sort((a, b) => a - b);
  return hours.map((each) => ({ hours: each, label: duration(each), isProposed: each === proposed }));
}

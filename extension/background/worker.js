/** Wires the browser's events to what they do; it holds nothing between two events. */

import { refuse, welcome } from "../lib/caps.js";
import { cardView } from "../lib/card-view.js";
import { sleepOn } from "../lib/cooling-off.js";
import { noteAdded } from "../lib/outcomes.js";
import {
  forgetSession, onAlarm, onFirstRun, onMessage, onSaved, onStart, openPage,
} from "../lib/platform.js";
import { remember } from "../lib/recent.js";
import { loadSettings, mayAsk, switchSite } from "../lib/settings.js";
import { loadTexts } from "../lib/texts.js";
import { askForCard } from "../lib/ask.js";
import { drawBadge } from "./drawing/badge.js";
import { findCard, findRules } from "./look-up.js";
import { nudgeFor } from "./nudging.js";
import { tell } from "./nudges/nudge.js";
import { rememberAll, remind, showWaiting } from "./reminders.js";
import { loadTab, saveTab } from "../lib/tabs.js";

/**
 * @typedef {{host: string, address: string, tab: number}} Page
 * @typedef {import("../lib/settings.js").Settings} Settings
 */

/** Products of one cart that are looked up; longer carts are cut. */
const MOST_OF_A_CART = 12;

onFirstRun(() => openPage("welcome/welcome.html"));
onStart(rememberAll);
onAlarm(remind);
onSaved((name) => {
  if (name === "settings") void forgetSession();
  if (name === "pauses" || name === "purchases") void showWaiting();
});

onMessage(async (message, page) => {
  const settings = await loadSettings();
  switch (message?.type) {
    case "opened":
      await saveTab(page.tab, { host: page.host, address: page.address, product: null, card: null });
      return mayAsk(settings, page.host);
    case "card":
      return mayAsk(settings, page.host) ? showCard(message.product, page, settings) : null;
    case "added":
      return mayAsk(settings, page.host) ? nudgeAtAdding(String(message.key), page, settings) : null;
    case "cart":
      return mayAsk(settings, page.host) ? nudgeAtCart(message.things, page, settings) : null;
    case "sleep":
      return pause(Number(message.hours), String(message.key), String(message.product), page);
    case "refused":
      return refuse();
    case "welcomed":
      return welcome();
    case "offHere":
      return switchSite(page.host, false);
    case "report":
      return openPage(`report/report.html?tab=${page.tab}`);
    default:
      return null;
  }
});

/** @param {any} product as content/product.js read it @param {Page} page @param {Settings} settings */
async function showCard(product, page, settings) {
  if (typeof product?.title !== "string") return null;
  const card = await cardOf(product, settings);
  await saveTab(page.tab, { host: page.host, address: page.address, product, card });
  if (!card) return null;
  if (settings.keepRecent) await remember(card, product.title, page.host);
  return drawBadge(cardView(card, settings.ageBand, product.title, await loadTexts(settings.language)));
}

/** @param {any} product @param {Settings} settings */
async function cardOf(product, { server, sendTitles }) {
  const card = await findCard(server, product);
  return card ?? (sendTitles ? askForCard(server, product) : null);
}

/** @param {string} key of the card that is shown there @param {Page} page @param {Settings} settings */
async function nudgeAtAdding(key, page, settings) {
  const state = await loadTab(page.tab);
  if (!state?.card || !state.product || state.card.key !== key) return null;
  if (settings.keepRecent) await noteAdded(key, state.product.title);
  return nudge([{ card: state.card, title: state.product.title, quantity: 1 }], false, page, settings);
}

/** @param {any} things as content/basket.js read them @param {Page} page @param {Settings} settings */
async function nudgeAtCart(things, page, settings) {
  if (!Array.isArray(things) || !settings.nudges) return null;
  const found = things.slice(0, MOST_OF_A_CART).map(async ({ title, url, quantity }) => ({
    card: await cardOf({ title: String(title), url: String(url) }, settings).catch(() => null),
    title: String(title),
    quantity: Number(quantity) || 1,
  }));
  return nudge(await Promise.all(found), true, page, settings);
}

/**
 * @param {import("./nudging.js").Thing[]} things
 * @param {boolean} isCart
 * @param {Page} page
 * @param {Settings} settings
 */
async function nudge(things, isCart, { host }, { nudges, server, ageBand, language }) {
  if (!nudges) return null;
  const [rules, texts] = [await findRules(server), await loadTexts(language)];
  return nudgeFor(things, { host, ageBand, rules, texts, isCart });
}

/** @param {number} hours @param {string} key @param {string} title @param {Page} page */
async function pause(hours, key, title, { address }) {
  if (!Number.isFinite(hours)) return null;
  await welcome();
  const { until } = await sleepOn({ key, title, address }, hours);
  const { say, moment } = await loadTexts((await loadSettings()).language);
  return tell(say("pauseSet"), say("pauseUntil", { date: moment(until) }));
}

/** What each tab is about, while the browser runs: nothing is held in the worker itself. */

import { answersIn, load, save } from "./platform.js";

/**
 * @typedef {object} TabState
 * @property {string} host
 * @property {string} address
 * @property {import("./ask.js").Product | null} product
 * @property {import("./card.js").Card | null} card
 */

/** @param {number} tab @returns {Promise<TabState | null>} */
export const loadTab = async (tab) => /** @type {TabState | null} */ ((await load("session", `tab ${tab}`)) ?? null);

/** @param {number} tab @returns {Promise<TabState | null>} null once the tab has gone on to where we are not */
export const loadShown = async (tab) => ((await answersIn(tab)) ? loadTab(tab) : null);

/** @param {number} tab @param {TabState} state */
export const saveTab = (tab, state) => save("session", `tab ${tab}`, state);

/** All that TrendGuard asks of the browser, but for shops (`shops.js`). Nothing decides here. */

/**
 * @param {"local" | "session"} area "local" outlives the browser, "session" ends with it
 * @returns {chrome.storage.StorageArea}
 */
const storage = (area) => (area === "local" ? chrome.storage.local : chrome.storage.session);

/**
 * @param {"local" | "session"} area
 * @param {string} name
 * @returns {Promise<unknown>} what was kept under a name
 */
export const load = async (area, name) => (await storage(area).get(name))[name];

/**
 * @param {"local" | "session"} area
 * @param {string} name
 * @param {unknown} value
 */
export const save = (area, name, value) => storage(area).set({ [name]: value });

/**
 * Change what is kept; tabs and pages that do so at once wait for each other.
 * @template T
 * @param {string} name in the local area
 * @param {(kept: any) => T} change
 * @returns {Promise<T>} what is kept now
 */
export const update = (name, change) =>
  navigator.locks.request(name, async () => {
    const value = change(await load("local", name));
    await save("local", name, value);
    return value;
  });

/** @returns {Promise<Record<string, unknown>>} everything that outlives the browser */
export const loadAll = () => chrome.storage.local.get(null);

/** Forget everything that ends with the browser. */
export const forgetSession = () => chrome.storage.session.clear();

/** Forget everything, reminders and what the browser was asked to allow too. */
export async function forgetAll() {
  await Promise.all([chrome.storage.local.clear(), forgetSession(), chrome.alarms.clearAll()]);
  const { permissions, origins } = await chrome.permissions.getAll();
  const optional = /** @type {chrome.runtime.ManifestOptionalPermission[]} */ (
    chrome.runtime.getManifest().optional_permissions ?? []
  );
  await chrome.permissions.remove({
    permissions: optional.filter((name) => permissions?.includes(name)),
    origins: origins?.filter((origin) => origin.startsWith("https://")),
  });
}

/** @param {(name: string) => void} changed called with the name of what changed for good */
export const onSaved = (changed) =>
  chrome.storage.local.onChanged.addListener((changes) => Object.keys(changes).forEach(changed));

/**
 * Answer messages of content scripts; others are not heard.
 * @param {(message: any, page: {host: string, address: string, tab: number}) => Promise<unknown>} answer
 */
export const onMessage = (answer) =>
  chrome.runtime.onMessage.addListener((message, sender, reply) => {
    const address = sender.url ?? "";
    if (sender.id !== chrome.runtime.id || !sender.tab?.id || !URL.canParse(address)) return false;
    const page = { host: new URL(address).hostname, address, tab: sender.tab.id };
    answer(message, page).then(reply, () => reply(null));
    return true;
  });

/** @param {number} tab @returns {Promise<boolean>} whether a content script of ours is in it now */
export const answersIn = (tab) => chrome.tabs.sendMessage(tab, "here?").then(Boolean, () => false);

/** @param {() => void} run */
export const onFirstRun = (run) =>
  chrome.runtime.onInstalled.addListener(({ reason }) => {
    if (reason === "install") run();
  });

/** @param {() => void} run called when the browser or a new version starts */
export function onStart(run) {
  chrome.runtime.onStartup.addListener(run);
  chrome.runtime.onInstalled.addListener(run);
}

/** @param {() => void} run */
export const onAlarm = (run) => chrome.alarms.onAlarm.addListener(run);

/** @param {number | null} at when to be woken, in milliseconds; null: not at all */
export const setAlarm = (at) =>
  at === null ? chrome.alarms.clearAll() : chrome.alarms.create("reminder", { when: at });

/** @param {string} text of the toolbar button, a few letters */
export const setButtonText = (text) => chrome.action.setBadgeText({ text });

/** @param {string} title @param {string} message nothing where it is not allowed */
export async function notify(title, message) {
  if (!(await chrome.permissions.contains({ permissions: ["notifications"] }))) return;
  const iconUrl = chrome.runtime.getURL("icons/128.png");
  chrome.notifications.create({ type: "basic", iconUrl, title, message });
}

export const openOptions = () => chrome.runtime.openOptionsPage();

/** @param {string} path a page of ours @returns {Promise<unknown>} */
export const openPage = (path) => chrome.tabs.create({ url: chrome.runtime.getURL(path) });

/** @param {string} url @returns {Promise<unknown>} */
export const openAddress = (url) => chrome.tabs.create({ url });

/** @returns {Promise<number>} the tab in front, by its number alone; 0 where there is none */
export async function frontTab() {
  const [tab] = await chrome.tabs.query({ active: true, lastFocusedWindow: true });
  return tab?.id ?? 0;
}

/** @returns {string} as the browser speaks, BCP 47 */
export const browserLanguage = () => chrome.i18n.getUILanguage();

/** @param {string} path @returns {Promise<any>} a JSON file of ours */
export const ownJson = async (path) => (await fetch(chrome.runtime.getURL(path))).json();

/** @param {string} origin @returns {Promise<boolean>} whether the shopper lets us reach it */
export const mayReach = (origin) => chrome.permissions.request({ origins: [`${origin}/*`] });

/** @param {chrome.runtime.ManifestOptionalPermission} name @returns {Promise<boolean>} */
export const mayUse = (name) => chrome.permissions.request({ permissions: [name] });

/** @param {chrome.runtime.ManifestOptionalPermission} name @returns {Promise<boolean>} */
export const usesAlready = (name) => chrome.permissions.contains({ permissions: [name] });

/** @param {chrome.runtime.ManifestOptionalPermission} name @returns {Promise<boolean>} */
export const giveUp = (name) => chrome.permissions.remove({ permissions: [name] });

/** All that TrendGuard asks of the browser: storage, messages, words. Nothing decides here. */

/**
 * @param {string} area "local" outlives the browser, "session" ends with it
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

/** Forget everything that ends with the browser. */
export const forgetSession = () => chrome.storage.session.clear();

/** @param {(name: string) => void} changed called with the name of what changed for good */
export const onSaved = (changed) =>
  chrome.storage.local.onChanged.addListener((changes) => Object.keys(changes).forEach(changed));

/**
 * Answer messages of our own pages and content scripts; others are not heard.
 * @param {(message: any, page: URL | null) => Promise<unknown>} answer
 */
export const onMessage = (answer) =>
  chrome.runtime.onMessage.addListener((message, sender, reply) => {
    if (sender.id !== chrome.runtime.id) return false;
    const page = URL.canParse(sender.url ?? "") ? new URL(sender.url ?? "") : null;
    answer(message, page).then(reply, () => reply(null));
    return true;
  });

/** @param {() => void} run */
export const onFirstRun = (run) =>
  chrome.runtime.onInstalled.addListener(({ reason }) => {
    if (reason === "install") run();
  });

/** @param {() => void} run */
export const onToolbarClick = (run) => chrome.action.onClicked.addListener(run);

export const openOptions = () => chrome.runtime.openOptionsPage();

/** @param {string} name @param {string[]} values @returns {string} a text of `_locales` */
export const say = (name, ...values) => chrome.i18n.getMessage(name, values);

/** @param {string} origin @returns {Promise<boolean>} whether the shopper lets us reach a server */
export const mayReach = (origin) => chrome.permissions.request({ origins: [`${origin}/*`] });

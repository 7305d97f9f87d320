/** Watches one page: reads its product, asks for its card, shows it; a new page starts anew. */

(() => {
  "use strict";

  /** When to look: shops that draw themselves need a moment. */
  const LOOKS_MS = [0, 700, 2000, 4000];
  let visit = 0;
  /** What the page before was about, so that its leftovers are not taken for this one. */
  /** @type {Product | null} */
  let before = null;
  /** What this page is about, once known. @type {Product | null} */
  let shown = null;
  /** The card that is shown of it. @type {import("../background/drawing/badge.js").Badge | null} */
  let view = null;
  let address = location.href;
  let isListening = false;

  /** @param {string} address @returns {string} the part of it that tells products apart */
  function partOf(address) {
    const ids = ["id", "item", "itemid", "pid", "product_id", "sku"];
    const { pathname, searchParams } = new URL(address);
    return [pathname, ...ids.map((name) => searchParams.get(name) ?? "")].join(" ");
  }

  /** @param {object} message @returns {Promise<any>} null where the extension is gone or busy */
  const ask = async (message) => {
    try {
      return await chrome.runtime.sendMessage(message);
    } catch {
      return null; // an extension that was updated no longer answers its old pages
    }
  };

  /** @param {number} ms */
  const wait = (ms) => new Promise((done) => setTimeout(done, ms));

  async function lookAtPage() {
    const mine = ++visit;
    view = null;
    nudge.remove();
    corner.remove();
    if (!(await ask({ type: "opened" }))) return listen();
    const changes = softNavigation.changes();
    let waited = 0;
    for (const at of LOOKS_MS) {
      await wait(at - waited);
      waited = at;
      if (mine !== visit) break;
      if (changes.since() && look(mine)) break;
    }
    changes.stop();
  }

  /** @param {number} mine @returns {boolean} whether there was something to be told about */
  function look(mine) {
    const things = basket.isHere() ? basket.read() : [];
    if (things.length) void showNudge({ type: "cart", things }, mine);
    const product = things.length ? null : readProduct(document);
    const isNew = product !== null && !softNavigation.isLeftover(product, before);
    if (isNew) void showCard(product, mine);
    if (isNew || things.length) listen();
    return isNew || things.length > 0;
  }

  /** @param {Product} product @param {number} mine */
  async function showCard(product, mine) {
    const answer = await ask({ type: "card", product });
    if (mine !== visit) return;
    shown = product;
    view = answer;
    if (view) showBadge(view);
  }

  /** @param {import("../background/drawing/badge.js").Badge} card */
  const showBadge = (card) => badge.show(card, { offHere, report: () => void ask({ type: "report" }) });

  /** @param {import("../background/drawing/badge.js").Badge} card */
  function openPanel(card) {
    nudge.remove();
    showBadge(card);
    badge.open();
  }

  /** @param {object} message @param {number} mine */
  async function showNudge(message, mine) {
    const answer = await ask(message);
    if (!answer || mine !== visit) return;
    const card = view;
    nudge.show(answer, {
      offHere,
      why: () => card && openPanel(card),
      refused: () => void ask({ type: "refused" }),
      welcomed: () => void ask({ type: "welcomed" }),
      sleep: (hours) => ask({ type: "sleep", hours, key: answer.key, product: answer.product }),
    });
  }

  function offHere() {
    corner.remove();
    void ask({ type: "offHere" });
  }

  /** The address changed without a load: the old card goes at once. */
  function onNavigation() {
    const isSame = partOf(address) === partOf(location.href);
    address = location.href;
    if (isSame) return;
    before = shown ?? before;
    shown = null;
    void lookAtPage();
  }

  /** Only where something is shown, or would be by another choice: to listen takes time too. */
  function listen() {
    if (isListening) return;
    isListening = true;
    chrome.storage.local.onChanged.addListener((changes) => {
      if (changes.settings) void lookAtPage();
    });
    addToCart.watch(() => {
      if (view) void showNudge({ type: "added", key: view.key }, visit);
    });
  }

  softNavigation.watch(onNavigation);
  // The popup asks whether what it knows of this tab still stands there.
  chrome.runtime.onMessage.addListener((_message, _sender, reply) => reply(true));
  void lookAtPage();
})();

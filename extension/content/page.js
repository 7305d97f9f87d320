/** Watches one page: reads its product, asks for its card, shows it; a new page starts anew. */

(() => {
  "use strict";

  /** When to look: shops that draw themselves need a moment. */
  const LOOKS_MS = [0, 700, 2000, 4000];
  let visit = 0;
  /** What the page before was about, so that its leftovers are not taken for this one. */
  /** @type {Product | null} */
  let before = null;
  let address = addressOf();

  /** @returns {string} the part of the address that tells products apart */
  function addressOf() {
    const ids = ["id", "item", "itemid", "pid", "product_id", "sku"];
    const query = new URLSearchParams(location.search);
    return [location.pathname, ...ids.map((name) => query.get(name) ?? "")].join(" ");
  }

  /** @param {object} message @returns {Promise<any>} null where the extension is gone or busy */
  const ask = (message) => chrome.runtime.sendMessage(message).catch(() => null);

  /** @param {number} ms */
  const wait = (ms) => new Promise((done) => setTimeout(done, ms));

  async function lookAtPage() {
    const mine = ++visit;
    badge.remove();
    if (!(await ask({ type: "mayAsk" }))) return;
    const changes = softNavigation.changes();
    let waited = 0;
    for (const at of LOOKS_MS) {
      await wait(at - waited);
      waited = at;
      if (mine !== visit) break;
      const product = changes.since() ? readProduct(document) : null;
      if (product && !softNavigation.isLeftover(product, before)) {
        void showCard(product, mine);
        break;
      }
    }
    changes.stop();
  }

  /**
   * @param {Product} product
   * @param {number} mine
   */
  async function showCard(product, mine) {
    const answer = await ask({ type: "card", product });
    if (mine !== visit) return;
    shown = product;
    if (answer) badge.show(answer.card, answer.ageBand, product.title, offHere);
  }

  /** What this page is about, once known. @type {Product | null} */
  let shown = null;

  function offHere() {
    badge.remove();
    void ask({ type: "offHere" });
  }

  /** The address changed without a load: the old card goes at once. */
  function onNavigation() {
    if (addressOf() === address) return;
    before = shown ?? before;
    shown = null;
    address = addressOf();
    void lookAtPage();
  }

  softNavigation.watch(onNavigation);
  chrome.storage.local.onChanged.addListener((changes) => {
    if (changes.settings) void lookAtPage();
  });
  void lookAtPage();
})();

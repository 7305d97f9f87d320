/** Watches one page: reads its product, asks for its card, shows it; a new page starts anew. */

(() => {
  "use strict";

  /** When to look: shops that draw themselves need a moment. */
  const LOOKS_MS = [0, 700, 2000, 4000];
  let visit = 0;
  /** What the page before was about, so that its leftovers are not taken for this one. */
  let before = "";
  let address = addressOf();

  /** @returns {string} the part of the address that tells products apart */
  function addressOf() {
    const ids = ["id", "item", "itemid", "pid", "product_id", "sku"];
    const query = new URLSearchParams(location.search);
    return [location.pathname, ...ids.map((name) => query.get(name) ?? "")].join(" ");
  }

  /** @param {object} message @returns {Promise<any>} null where the extension is gone or busy */
  const ask = (message) => chrome.runtime.sendMessage(message).catch(() => null);

  /** @param {{title: string, sku: string | null, price: number | null}} product */
  const nameOf = ({ title, sku }) => `${title}\n${sku ?? ""}`;

  /** @param {number} ms */
  const wait = (ms) => new Promise((done) => setTimeout(done, ms));

  async function lookAtPage() {
    const mine = ++visit;
    badge.remove();
    if (!(await ask({ type: "mayAsk" }))) return;
    let waited = 0;
    for (const at of LOOKS_MS) {
      await wait(at - waited);
      waited = at;
      if (mine !== visit) return;
      const product = readProduct(document);
      if (product && nameOf(product) !== before) return showCard(product, mine);
    }
  }

  /**
   * @param {NonNullable<ReturnType<typeof readProduct>>} product
   * @param {number} mine
   */
  async function showCard(product, mine) {
    const answer = await ask({ type: "card", product });
    if (mine !== visit) return;
    shown = nameOf(product);
    if (answer) badge.show(answer.card, answer.ageBand, product.title, offHere);
  }

  /** What this page is about, once known. */
  let shown = "";

  function offHere() {
    badge.remove();
    void ask({ type: "offHere" });
  }

  /** The address changed without a load: the old card goes at once. */
  function onNavigation() {
    if (addressOf() === address) return;
    before = shown || before;
    shown = "";
    address = addressOf();
    void lookAtPage();
  }

  /** @type {EventTarget | undefined} */
  const navigation = Reflect.get(window, "navigation");
  navigation?.addEventListener("currententrychange", onNavigation);
  chrome.storage.local.onChanged.addListener((changes) => {
    if (changes.settings) void lookAtPage();
  });
  void lookAtPage();
})();

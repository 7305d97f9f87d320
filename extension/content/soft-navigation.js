/** Pages that become another without a load: when they do, what is left of the last one. */

// eslint-disable-next-line no-unused-vars -- read by page.js
const softNavigation = (() => {
  "use strict";

  /** Where there is no Navigation API, the address is compared this often. */
  const CLOCK_MS = 300;

  /** @param {() => void} onNavigation called at every change of address, maybe more often */
  function watch(onNavigation) {
    /** @type {EventTarget | undefined} */
    const navigation = Reflect.get(window, "navigation");
    if (navigation) navigation.addEventListener("currententrychange", onNavigation);
    else setInterval(onNavigation, CLOCK_MS);
  }

  /**
   * Shops change the address first and their data a while later. A number that stands in
   * the address is then new while all the rest still is the last product's.
   * @param {Product} product
   * @param {Product | null} before what the last page was about
   * @returns {boolean}
   */
  function isLeftover(product, before) {
    if (!before || product.title !== before.title) return false;
    if (product.sku === before.sku) return true;
    const address = location.pathname + location.search;
    return product.image === before.image && address.includes(product.sku ?? "");
  }

  /** @returns {{since: () => boolean, stop: () => void}} whether the page changed since last asked */
  function changes() {
    let changed = true;
    const watcher = new MutationObserver(() => {
      changed = true;
      watcher.disconnect(); // one call is enough, however busy the page is
    });
    /** Watches anew from now on. */
    function since() {
      const was = changed || watcher.takeRecords().length > 0;
      changed = false;
      watcher.observe(document, { childList: true, characterData: true, subtree: true });
      return was;
    }
    return { since, stop: () => watcher.disconnect() };
  }

  return { watch, isLeftover, changes };
})();

/** More shops than those that come along: one grant each. */

import { addShop, loadShops, removeShop, shopOrigin } from "../lib/shops.js";
import { make, makeButton, the } from "../pages/page.js";

/** @param {import("../lib/texts.js").Texts} texts */
export async function showShops(texts) {
  const rows = (await loadShops()).map((origin) => {
    const site = new URL(origin).hostname;
    const remove = () => removeShop(origin).then(() => showShops(texts));
    return make("li", "", site, makeButton(texts.say("shopRemove", { site }), remove));
  });
  the("shops", HTMLUListElement).replaceChildren(...rows);
}

/** @param {import("../lib/texts.js").Texts} texts */
export function wireShops(texts) {
  const shop = the("shop", HTMLInputElement);

  /** @returns {Promise<string>} name of what is to be said of it */
  async function add() {
    const origin = shopOrigin(shop.value);
    shop.setAttribute("aria-invalid", String(origin === null));
    if (origin === null) return "shopInvalid";
    if ((await loadShops()).includes(origin)) return "shopAdded";
    if (!(await addShop(origin))) return "shopRefused";
    shop.value = "";
    await showShops(texts);
    return "shopAdded";
  }

  the("shop-form", HTMLFormElement).addEventListener("submit", async (event) => {
    event.preventDefault();
    the("shop-state", HTMLElement).textContent = texts.say(await add());
  });
}

/** Notices that a product goes into the cart, and leaves the click alone. */

// eslint-disable-next-line no-unused-vars -- read by page.js
const addToCart = (() => {
  "use strict";

  const BUTTONS = "button, a, [role=button], input[type=submit], input[type=button]";
  const LONGEST_LABEL = 80;
  const WORDS = new RegExp(
    [
      "\\badd (it )?to (your |the )?(shopping )?(cart|bag|basket|trolley)\\b", "\\bbuy (it )?now\\b",
      "\\bin (den|die) (warenkorb|einkaufswagen)\\b", "\\bjetzt kaufen\\b",
      "\\bajouter au panier\\b", "\\bacheter (maintenant|cet article)\\b",
      "\\b(añadir|agregar)( a| al)?( la)? (cesta|carrito|bolsa)\\b", "\\bcomprar (ya|ahora|agora)\\b",
      "\\baggiungi al carrello\\b", "\\bacquista ora\\b",
      "\\badicionar (ao carrinho|à sacola)\\b",
      "\\bin (mijn )?winkel(wagen|mand)",
      "do koszyka",
      "カートに(入れる|追加)", "今すぐ(買う|購入)", "장바구니", "바로 ?구매", "加入(购物车|購物車)", "立即(购买|購買)",
      "(أضف|إضافة) إلى (السلة|عربة|الحقيبة)", "اشتر الآن",
    ].join("|"),
    "iu",
  );
  const NAMES = /\b(add[-_ ]?to[-_ ]?(cart|bag|basket)|buy[-_ ]?now)\b/i;

  /** @param {Event} event @returns {boolean} */
  function isAdding(event) {
    const target = event.composedPath()[0];
    const button = target instanceof Element ? target.closest(BUTTONS) : null;
    if (!event.isTrusted || !button || button.matches("[disabled], [aria-disabled=true]")) return false;
    const value = button instanceof HTMLInputElement ? button.value : "";
    const label = [button.getAttribute("aria-label"), value, button.textContent]
      .map((text) => (text ?? "").replace(/\s+/g, " ").trim())
      .find((text) => text && text.length <= LONGEST_LABEL);
    const names = ["id", "name", "data-testid", "data-test", "data-action"].map((name) => button.getAttribute(name) ?? "");
    return WORDS.test(label ?? "") || NAMES.test(names.join(" ").replace(/_/g, "-"));
  }

  /** @param {() => void} added never keeps the click from what it is for */
  const watch = (added) =>
    document.addEventListener("click", (event) => void (isAdding(event) && added()), { capture: true, passive: true });

  return { watch };
})();

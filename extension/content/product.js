/**
 * Reads the one product a shop's page is about; it changes, fetches and remembers
 * nothing. This file stands alone: evaluated in any page it defines `readProduct`.
 *
 * What wins where a page contradicts itself:
 * 1. The selectors of a shop we know: they point at what a shopper without a
 *    membership pays in full (never an instalment, a list price or a cart's total).
 * 2. JSON-LD, then microdata, then OpenGraph, field by field; price and currency
 *    always come from the same source.
 * 3. A sale price beats a list price: `product:sale_price:amount` beats
 *    `product:price:amount`; a `priceSpecification` of type ListPrice is never read.
 *    Where two sources name different prices, the one that a reader sees is taken.
 * 4. Of several offers: the one of this address, else the first in stock, else the
 *    first. Of an AggregateOffer: its lowest price.
 * 5. Nothing structured: the price that stands nearest after the main heading, but
 *    only on a page where something can be bought.
 *
 * @typedef {object} Product
 * @property {string} title
 * @property {number | null} price what is asked now, in units of `currency`
 * @property {string | null} currency ISO 4217
 * @property {string | null} brand
 * @property {string | null} gtin digits with a right check digit
 * @property {string | null} sku
 * @property {string | null} availability schema.org's short name, as `InStock`
 * @property {string | null} category
 * @property {string | null} url
 * @property {string | null} image
 *
 * @typedef {Partial<Product>} Facts what one source knows
 *
 * @typedef {object} Shop where a shop keeps things; selectors are tried in order
 * @property {RegExp} host
 * @property {string} product a selector that only its product pages match
 * @property {boolean} [strict] no other page of this shop is a product
 * @property {string[]} [title]
 * @property {string[]} [price]
 * @property {string[]} [brand]
 * @property {string[]} [sku]
 * @property {RegExp} [skuInUrl]
 * @property {string[]} [gtin]
 * @property {string[]} [soldOut]
 * @property {string[]} [image]
 */

/** @type {(document: Document) => Product | null} */
// eslint-disable-next-line no-unused-vars -- the name is what this file is for
var readProduct = (() => {
  "use strict";

  /** A selector may end in `@name`: the attribute instead of the text. @type {Shop[]} */
  const SHOPS = [
    {
      host: /(^|\.)amazon\.[a-z.]+$/,
      product: "#productTitle, #ebooksProductTitle",
      strict: true,
      title: ["#productTitle", "#ebooksProductTitle"],
      price: [
        "#corePriceDisplay_desktop_feature_div .priceToPay .a-offscreen",
        "#corePriceDisplay_desktop_feature_div .priceToPay",
        "#corePrice_feature_div .a-price:not(.a-text-price) .a-offscreen",
        "#apex_desktop .a-price.apexPriceToPay .a-offscreen",
        "#priceblock_dealprice",
        "#priceblock_saleprice",
        "#priceblock_ourprice",
        "#price_inside_buybox",
        "#newBuyBoxPrice",
        "#buyNewSection .offer-price",
        "#tmmSwatches .selected .a-color-price, #mediaTab_heading_0 .header-price",
      ],
      brand: ["#bylineInfo", "#brand", ".po-brand .po-break-word"],
      sku: ["#ASIN@value", "[name='ASIN']@value", "[data-asin]@data-asin"],
      skuInUrl: /\/(?:dp|gp\/product)\/([A-Z0-9]{10})/,
      soldOut: ["#outOfStock"],
      image: ["#landingImage@src", "#imgBlkFront@src"],
    },
    {
      host: /(^|\.)ebay\.[a-z.]+$/,
      product: ".x-price-primary, #prcIsum, #mm-saleDscPrc, #itemTitle",
      strict: true,
      title: [".x-item-title__mainTitle", "#itemTitle"],
      price: [
        ".x-price-primary",
        "#mm-saleDscPrc",
        "#prcIsum@content",
        "#prcIsum",
        "#prcIsum_bidPrice@content",
        "#prcIsum_bidPrice",
      ],
      sku: ["#descItemNumber"],
      skuInUrl: /\/itm\/(?:[^/]+\/)?(\d{9,})/,
      image: ["#icImg@src"],
    },
    {
      host: /(^|\.)acehardware\.com$/,
      product: "#pdp-pricing",
      // JSON-LD holds the price for members of the rewards programme.
      price: ["#pdp-pricing .price-title + div .price", "#pdp-pricing .price"],
    },
    {
      host: /(^|\.)bananarepublic\.gap\.com$|(^|\.)gap\.com$/,
      product: "#product-title, .pdp-product-title",
      price: [
        ".title-price .current-sale-price",
        ".title-price .current-regular-price",
        ".pdp-pricing--highlight",
      ],
    },
    {
      host: /(^|\.)etsy\.com$/,
      product: "[data-buy-box-region='price'], #listing-page-cart",
      price: ["[data-buy-box-region='price'] .wt-text-title-03"],
      skuInUrl: /\/listing\/(\d+)/,
    },
    {
      host: /(^|\.)walmart\.(com|ca)$/,
      product: "[itemprop='price'][data-seo-id], h1#main-title",
      title: ["h1#main-title"],
      price: ["[itemprop='price'][data-seo-id]"],
      skuInUrl: /\/ip\/(?:[^/]+\/)?(\d+)/,
    },
    {
      host: /(^|\.)target\.com$/,
      product: "[data-test='product-title']",
      title: ["[data-test='product-title']"],
      price: ["[data-test='product-price']"],
      skuInUrl: /\/A-(\d+)/,
    },
    {
      host: /(^|\.)tiktok\.com$/,
      product: "[class*='product-title'], [data-e2e='product-title']",
      title: ["[data-e2e='product-title']", "[class*='product-title']"],
      price: ["[data-e2e='product-price']", "[class*='sale-price']"],
      skuInUrl: /\/(?:product|pdp)\/(?:[^/]+\/)?(\d{10,})/,
    },
    {
      host: /(^|\.)shein\.[a-z.]+$/,
      product: ".product-intro, .goods-detail",
      title: [".product-intro__head-name"],
      price: [".product-intro__head-mainprice .original", ".from.original"],
      sku: [".product-intro__head-sku-text"],
      skuInUrl: /-p-(\d+)/,
    },
    {
      host: /(^|\.)asos\.com$/,
      product: "[data-testid='current-price']",
      price: ["[data-testid='current-price']"],
      skuInUrl: /\/prd\/(\d+)/,
    },
    {
      host: /(^|\.)sephora\.[a-z.]+$/,
      product: "[data-at='product_name']",
      title: ["[data-at='product_name']"],
      brand: ["[data-at='brand_name']"],
      price: ["[data-at='price'] b", "[data-at='price']"],
      skuInUrl: /[?&]skuId=(\d+)/,
    },
    {
      host: /(^|\.)nike\.com$/,
      product: "[data-testid='product_title']",
      title: ["[data-testid='product_title']"],
      price: ["[data-testid='currentPrice-container']"],
    },
    {
      host: /(^|\.)zalando\.[a-z.]+$/,
      product: "x-wrapper-re-1-3, #z-pdp-root, [data-testid='product-details']",
      skuInUrl: /-([a-z0-9]{9}-[a-z0-9]{3})\.html/,
    },
    {
      host: /(^|\.)johnlewis\.com$/,
      product: "[data-test='product-title'], .product-detail",
      price: [
        ".product-header .price--large",
        "[data-test='product-price']",
        ".price--large",
      ],
    },
  ];

  /** Signs and short forms that name one currency wherever they stand. */
  const SIGNS = /** @type {Record<string, string>} */ ({
    "€": "EUR", "£": "GBP", "₹": "INR", "₩": "KRW", "원": "KRW", "₽": "RUB",
    "₺": "TRY", "₴": "UAH", "₪": "ILS", "฿": "THB", "₫": "VND", "₱": "PHP",
    "₸": "KZT", "тг": "KZT", "₦": "NGN", "zł": "PLN", "Kč": "CZK", "Ft": "HUF",
    lei: "RON", "лв": "BGN", kn: "HRK", "R$": "BRL", "US$": "USD", "C$": "CAD",
    "CA$": "CAD", "A$": "AUD", "AU$": "AUD", "NZ$": "NZD", "HK$": "HKD",
    "NT$": "TWD", "S$": "SGD", "MX$": "MXN", "ر.س": "SAR", "د.إ": "AED",
    "руб": "RUB", "元": "CNY", "円": "JPY", Rs: "INR", "₡": "CRC", "S/": "PEN",
    CHF: "CHF", RM: "MYR", Rp: "IDR", TL: "TRY",
  });

  /** What `$`, `kr`, `¥` and a bare number mean by the shop's country. */
  const HOME = /** @type {Record<string, string>} */ ({
    ca: "CAD", au: "AUD", nz: "NZD", tw: "TWD", hk: "HKD", sg: "SGD", mx: "MXN",
    ar: "ARS", cl: "CLP", co: "COP", uk: "GBP", ie: "EUR", de: "EUR", at: "EUR",
    fr: "EUR", it: "EUR", es: "EUR", nl: "EUR", be: "EUR", fi: "EUR", pt: "EUR",
    ee: "EUR", lv: "EUR", lt: "EUR", sk: "EUR", si: "EUR", gr: "EUR", ch: "CHF",
    se: "SEK", no: "NOK", dk: "DKK", pl: "PLN", cz: "CZK", hu: "HUF", ro: "RON",
    bg: "BGN", hr: "EUR", in: "INR", kr: "KRW", jp: "JPY", cn: "CNY", by: "BYN",
    ru: "RUB", ua: "UAH", kz: "KZT", tr: "TRY", br: "BRL", il: "ILS", th: "THB",
    vn: "VND", my: "MYR", id: "IDR", ph: "PHP", za: "ZAR", us: "USD",
  });
  const DOLLARS = /^(AUD|CAD|NZD|TWD|HKD|SGD|MXN|ARS|CLP|COP|USD)$/;
  const CROWNS = /^(SEK|NOK|DKK)$/;
  /** Currencies whose prices have no cents: "2.449" is two thousand. */
  const NO_CENTS = /^(ARS|CLP|COP|IDR|VND|KRW|JPY|HUF|KZT|TWD|PYG)$/;

  const BUY =
    /add[\s_-]*to[\s_-]*(cart|bag|basket|trolley)|btn[\s_-]?buy|join[\s_-]?cart|buy[\s_-]?(btn|button)|buy[\s_-]*(it[\s_-]*)?now|addtocart|addtobag|in den warenkorb|ajouter au panier|aggiungi al carrello|a(ñ|n)adir a la? (cesta|carrito)|agregar al carrito|comprar|adicionar ao carrinho|do koszyka|do košíka|do košíku|v košarico|u košaricu|lisa ostukorvi|in winkel(wagen|mand)|læg i kurv|lägg i|в корзину|купить|dodaj v|dodaj u|kupi\b|купить|장바구니|구매|加入購物車|立即購買|カート|adauga in cos|adaugă în coş|أضف/i;
  const SOLD_OUT =
    /\b(sold out|out of stock|currently unavailable|no longer available)\b|derzeit nicht verfügbar|ausverkauft|actuellement indisponible|épuisé|non disponibile|agotado|нет в наличии|vypredané|rasprodano|ei ole saadaval|wyprzedan|売り切れ|품절/i;

  const PRICE_PLACE = /price|prix|preis|prezzo|precio|preco|cena|hind|amount|tsena/i;
  /** Never the price: a part of it, a threshold, a reward, another thing's price. */
  const NO_PRICE =
    /(^|[^a-z])(save|saving|instal|month|shipping|delivery|member|club|loyalty|reward|bonus|unit-?price|per-?unit|base-?price|tax|vat|coupon|mini-?cart|points|klarna|afterpay|affirm|threshold|payments)/i;
  /** Hardly the price: what it was, or what other products cost. */
  const OLD_PRICE = /(^|[^a-z]|price)-?_?(old|was|list|strike|crossed|before|original|previous|msrp|rrp|uvp|discount)/i;
  const OTHER_PRODUCT =
    /(^|[^a-z])(related|recommend|similar|carousel|upsell|cross-?sell|swiper|slider|filter|bundle|also|sponsor|sticky|cart|basket|total)/i;
  const CURRENCY_WORD =
    "US\\$|CA\\$|C\\$|AU\\$|A\\$|NZ\\$|HK\\$|NT\\$|S\\$|R\\$|MX\\$|[$€£¥₹₩₽₺₴₪฿₫₱₸₦₡]|zł|Kč|Ft|лв\\.?|Lei|kn|kr\\.?|тг\\.?|руб\\.?|р\\.|원|元|円|ر\\.س\\.?|د\\.إ\\.?|Rs\\.?|RM|Rp|CHF|TL|[A-Z]{3}";
  const NUMBER = "\\d{1,3}(?:[.,'’\\s\\u00a0\\u202f]\\d{3})+(?:[.,]\\d{1,2})?|\\d+(?:[.,]\\d{1,3})?";
  const PRICE_TEXT = new RegExp(
    `^[^\\d]{0,24}?(?:(${CURRENCY_WORD})\\s*)?(${NUMBER})(?:,-|,–|\\.-)?\\s*(${CURRENCY_WORD})?[^\\d]{0,24}$`,
    "i",
  );

  /** @param {unknown} value @returns {string} text without markup and doubled blanks */
  const clean = (value) =>
    typeof value === "string" || typeof value === "number"
      ? decodeEntities(String(value)).replace(/[\s\u00a0\u200b\u200e\u200f]+/g, " ").trim()
      : "";

  /** @param {string} text @returns {string} */
  function decodeEntities(text) {
    const names = /** @type {Record<string, string>} */ ({
      amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: " ",
    });
    return text.replace(/&(#x?[0-9a-f]+|[a-z]+);/gi, (whole, name) => {
      if (name[0] !== "#") return names[name.toLowerCase()] ?? whole;
      const code = /x/i.test(name[1]) ? parseInt(name.slice(2), 16) : Number(name.slice(1));
      return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    });
  }

  /* ---------- numbers and currencies ---------- */

  /**
   * A number as people write it: the last of `.` and `,` is the decimal mark unless
   * exactly three digits follow it.
   * @param {string} text digits with marks
   * @param {string | null} currency
   * @param {boolean} byMachine `.` is then decimal whatever follows
   * @returns {number | null}
   */
  function toNumber(text, currency, byMachine) {
    const digits = text.replace(/[\s\u00a0\u202f'’]/g, "");
    const mark = Math.max(digits.lastIndexOf("."), digits.lastIndexOf(","));
    const after = mark < 0 ? 0 : digits.length - mark - 1;
    const marks = (digits.match(/[.,]/g) ?? []).length;
    const sameMarks = new Set(digits.match(/[.,]/g) ?? []).size === 1;
    const grouped =
      after === 3 &&
      (marks > 1 ? sameMarks : !(byMachine && digits[mark] === "." && !NO_CENTS.test(currency ?? "")));
    const whole = mark < 0 || grouped ? digits : digits.slice(0, mark);
    const cents = mark < 0 || grouped ? "" : digits.slice(mark + 1);
    const value = Number(`${whole.replace(/[.,]/g, "")}.${cents || "0"}`);
    return Number.isFinite(value) && value > 0 && value < 1e9 ? value : null;
  }

  /** @param {string} host @returns {string | null} the currency of the shop's country */
  function homeCurrency(host) {
    const country = host.split(".").pop() ?? "";
    return HOME[country] ?? (/^(com|net|shop|store)$/.test(country) ? "USD" : null);
  }

  /**
   * @param {string | undefined | null} sign
   * @param {string} host
   * @returns {string | null} ISO 4217
   */
  function toCurrency(sign, host) {
    const text = clean(sign);
    if (!text) return null;
    if (/^[A-Za-z]{3}$/.test(text) && !SIGNS[text.toLowerCase()]) {
      return isCurrency(text.toUpperCase()) ? text.toUpperCase() : null;
    }
    const home = homeCurrency(host);
    const bare = text.replace(/\.$/, "");
    if (bare === "$") return home && DOLLARS.test(home) ? home : "USD";
    if (bare === "¥") return home === "CNY" ? "CNY" : "JPY";
    if (/^kr$/i.test(bare)) return home && CROWNS.test(home) ? home : "SEK";
    if (/^(руб|р)$/i.test(bare)) return home === "BYN" ? "BYN" : "RUB";
    const known = Object.keys(SIGNS).find((s) => s.toLowerCase() === bare.toLowerCase());
    return known ? SIGNS[known] : null;
  }

  const currencies = new Set(
    typeof Intl.supportedValuesOf === "function" ? Intl.supportedValuesOf("currency") : [],
  );
  /** @param {string} code */
  const isCurrency = (code) => currencies.size === 0 || currencies.has(code);

  /**
   * A price as a page shows it.
   * @param {string} text
   * @param {string} host
   * @returns {{price: number, currency: string | null} | null}
   */
  function readPrice(text, host) {
    const found = PRICE_TEXT.exec(clean(text));
    if (!found || /%|\/\s*(mo|mth|month|monat|mois)\b/i.test(text)) return null;
    const currency = toCurrency(found[1], host) ?? toCurrency(found[3], host);
    const price = toNumber(found[2], currency, false);
    return price === null ? null : { price, currency };
  }

  /**
   * A price as a machine-readable field gives it.
   * @param {unknown} value
   * @param {string | null} currency
   * @param {string} host
   */
  function readField(value, currency, host) {
    const text = clean(value);
    if (/^-?\d+([.,]\d+)?$/.test(text)) return toNumber(text, currency, true);
    return readPrice(text, host)?.price ?? null;
  }

  /* ---------- small readers of single values ---------- */

  const STOCK = /** @type {[RegExp, string][]} */ ([
    [/outofstock|soldout|unavailable|oos$/, "OutOfStock"],
    [/discontinued/, "Discontinued"],
    [/preorder|availablefororder/, "PreOrder"],
    [/presale/, "PreSale"],
    [/backorder/, "BackOrder"],
    [/limitedavailability/, "LimitedAvailability"],
    [/instoreonly/, "InStoreOnly"],
    [/onlineonly/, "OnlineOnly"],
    [/instock|^available$|^true$/, "InStock"],
  ]);

  /** @param {unknown} value @returns {string | null} schema.org's short name */
  function readAvailability(value) {
    const text = clean(value).toLowerCase().replace(/^https?:\/\/schema\.org\//, "");
    const word = text.replace(/[^a-z]/g, "");
    return STOCK.find(([pattern]) => pattern.test(word))?.[1] ?? null;
  }

  /** @param {unknown} value @returns {string | null} digits, if the check digit is right */
  function readGtin(value) {
    const digits = clean(value).replace(/^(ean|gtin|upc|isbn)\d*:/i, "").replace(/[\s-]/g, "");
    if (!/^(\d{8}|\d{12,14})$/.test(digits) || /^0+$/.test(digits)) return null;
    const sum = [...digits.padStart(14, "0")].reduce(
      (total, digit, i) => total + Number(digit) * (i % 2 === 0 ? 3 : 1), 0);
    return sum % 10 === 0 ? digits : null;
  }

  /** @param {unknown} value @returns {string | null} name of a brand, however it is nested */
  function readBrand(value) {
    const one = Array.isArray(value) ? value[0] : value;
    const name = one && typeof one === "object" ? Reflect.get(one, "name") : one;
    const text = clean(Array.isArray(name) ? name[0] : name);
    const plain = plainBrand(text);
    return plain && plain.length < 60 && !/^(null|undefined|n\/?a|none)$|\|/i.test(plain) ? plain : null;
  }

  /** @param {unknown} value @returns {string | null} */
  function readImage(value) {
    const one = Array.isArray(value) ? value[0] : value;
    const url = one && typeof one === "object"
      ? Reflect.get(one, "url") ?? Reflect.get(one, "contentUrl")
      : one;
    return clean(Array.isArray(url) ? url[0] : url) || null;
  }

  /**
   * @param {Document | Element} root
   * @param {string[] | undefined} selectors
   * @returns {string[]} the text each selector finds, best first
   */
  function texts(root, selectors) {
    return (selectors ?? []).flatMap((selector) => {
      const [css, attribute] = selector.split("@");
      const element = root.querySelector(css);
      if (!element) return [];
      const text = clean(attribute ? element.getAttribute(attribute) : visibleText(element));
      return text ? [text] : [];
    });
  }

  /** @param {Element} element @returns {string} its text without scripts and struck-out parts */
  function visibleText(element) {
    if (!element.querySelector("script, style, del, s, strike, noscript, template")) {
      return element.textContent ?? "";
    }
    const copy = /** @type {Element} */ (element.cloneNode(true));
    copy.querySelectorAll("script, style, del, s, strike, noscript, template").forEach((e) => e.remove());
    return copy.textContent ?? "";
  }

  /** @param {Document} page @param {string} name @returns {string} a meta tag's content */
  function meta(page, name) {
    for (const tag of page.getElementsByTagName("meta")) {
      const named = tag.getAttribute("property") ?? tag.getAttribute("name") ?? tag.getAttribute("itemprop");
      if (named?.toLowerCase() === name) return clean(tag.getAttribute("content"));
    }
    return "";
  }

  /* ---------- JSON-LD ---------- */

  /** @typedef {Record<string, unknown>} Thing a node of JSON-LD */

  /** @param {unknown} value @returns {value is Thing} */
  const isNode = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
  /** @param {unknown} value @returns {unknown[]} */
  const list = (value) => (Array.isArray(value) ? value : value === undefined || value === null ? [] : [value]);
  /** @param {unknown} value @returns {Thing[]} */
  const nodes = (value) => list(value).filter(isNode);
  /** @param {Thing} node @param {RegExp} pattern */
  const isType = (node, pattern) =>
    list(node["@type"]).some((type) => pattern.test(clean(type).replace(/^.*[/#:]/, "")));
  const PRODUCT_TYPE = /^(Product|ProductGroup|ProductModel|IndividualProduct|SomeProducts|Vehicle|Car)$/i;

  /** @param {string} text @returns {unknown} what a JSON-LD script holds, mended where it is broken */
  function parseJson(text) {
    const body = text.replace(/^\s*(<!--|\/\*?\s*<!\[CDATA\[.*?\*?\/?)|(-->|\/?\*?\s*\]\]>\s*\*?\/?)\s*$/g, "").trim();
    try {
      return JSON.parse(body);
    } catch {
      try {
        // eslint-disable-next-line no-control-regex -- raw line breaks inside strings
        return JSON.parse(body.replace(/[\u0000-\u001f]+/g, " ").replace(/,\s*([}\]])/g, "$1").replace(/;\s*$/, ""));
      } catch {
        return null;
      }
    }
  }

  /** @param {unknown} value @returns {Thing[]} products that are not merely listed */
  function productsIn(value) {
    return nodes(value).flatMap((node) => {
      if (isType(node, PRODUCT_TYPE)) return [node];
      if (isType(node, /^Offer$/i) && isNode(node.itemOffered)) {
        return [{ "@type": "Product", ...node.itemOffered, offers: node }];
      }
      const below = [...nodes(node["@graph"]), ...nodes(node.mainEntity)];
      return productsIn(below);
    });
  }

  /**
   * @param {Thing[]} products
   * @param {Document} page
   * @returns {Thing | null} the one the page is about; several different ones are a list
   */
  function mainProduct(products, page) {
    if (products.length < 2) return products[0] ?? null;
    const address = pathOf(canonicalUrl(page), page);
    const here = products.filter((p) =>
      [p.url, p["@id"]].some((url) => clean(url) && pathOf(clean(url), page) === address));
    const heading = headings(page);
    const named = products.filter((p) => heading.includes(clean(p.name).toLowerCase()));
    const names = new Set(products.map((p) => clean(p.name).toLowerCase()));
    const chosen = here.length ? here : named.length ? named : names.size === 1 ? products : [];
    const main = chosen.find((p) => offersOf(p).length > 0) ?? chosen[0];
    // Some shops repeat the product for each size: its offers are those of all.
    const sizes = chosen.filter((p) => clean(p.name) === clean(main?.name));
    return main ? { ...main, offers: sizes.flatMap((p) => list(p.offers)) } : null;
  }

  /** @param {Document} page @returns {string[]} what the page calls itself, lower case */
  const headings = (page) =>
    [...[...page.querySelectorAll("h1")].slice(0, 4).map((h) => clean(visibleText(h))), meta(page, "og:title")]
      .filter(Boolean).map((text) => text.toLowerCase());

  /** @param {string} url @param {Document} page @returns {string} */
  function pathOf(url, page) {
    try {
      return new URL(url, page.baseURI).pathname.replace(/\/+$/, "");
    } catch {
      return "";
    }
  }

  /** @param {Thing} product @returns {Thing[]} every offer of a product and its variants */
  function offersOf(product) {
    const own = nodes(product.offers).flatMap((offer) =>
      [offer, ...nodes(offer.offers)]);
    const variants = nodes(product.hasVariant).flatMap(offersOf);
    const models = own.length ? [] : nodes(product.model).flatMap(offersOf);
    return [...own, ...variants, ...models];
  }

  /**
   * @param {Thing} offer
   * @param {string} host
   * @returns {{price: number | null, currency: string | null}}
   */
  function offerPrice(offer, host) {
    const parts = nodes(offer.priceSpecification).filter(
      (p) => !/List|Strike|MSRP|SRP|Retail/i.test(clean(p.priceType)) && !p.validForMemberTier
        && !p.referenceQuantity && !p.billingDuration);
    for (const source of [offer, ...parts]) {
      const currency = toCurrency(clean(source.priceCurrency), host);
      const value = source.price ?? source.lowPrice ?? source.minPrice;
      const price = readField(value, currency, host);
      if (price !== null) return { price, currency: currency ?? readPrice(clean(value), host)?.currency ?? null };
    }
    return { price: null, currency: toCurrency(clean(offer.priceCurrency), host) };
  }

  /** @param {Document} page @param {string} host @returns {Facts | null} */
  function fromJsonLd(page, host) {
    const scripts = [...page.querySelectorAll('script[type*="ld+json" i]')];
    const products = scripts.flatMap((script) => productsIn(parseJson(script.textContent ?? "")));
    const product = mainProduct(products, page);
    if (!product) return null;
    const offers = offersOf(product);
    const offer = chooseOffer(offers, page, host);
    const variant = nodes(product.hasVariant).find((v) => offersOf(v).includes(offer ?? {})) ?? {};
    const stock = offers.map((o) => readAvailability(o.availability)).filter(Boolean);
    return {
      title: clean(product.name) || clean(variant.name),
      ...(offer ? offerPrice(offer, host) : {}),
      brand: readBrand(product.brand) ?? readBrand(product.manufacturer),
      gtin: gtinOf(product) ?? gtinOf(variant) ?? (offers.length === 1 ? gtinOf(offers[0]) : null),
      sku: clean(product.sku) || clean(variant.sku) || clean(offer?.sku) || clean(product.productID) || clean(product.mpn) || null,
      availability: stock.includes("InStock") ? "InStock" : stock[0] ?? null,
      category: categoryOf(product.category),
      image: readImage(product.image),
    };
  }

  /**
   * @param {Thing[]} offers
   * @param {Document} page
   * @param {string} host
   * @returns {Thing | undefined}
   */
  function chooseOffer(offers, page, host) {
    const priced = offers.filter((offer) => offerPrice(offer, host).price !== null);
    const here = page.location?.href.split("#")[0];
    return (
      (priced.length > 1 ? priced.find((o) => clean(o.url) && clean(o.url) === here) : undefined) ??
      priced.find((o) => isType(o, /^AggregateOffer$/i)) ??
      priced.find((o) => readAvailability(o.availability) === "InStock") ??
      priced[0] ?? offers[0]
    );
  }

  /** @param {Thing} node @returns {string | null} */
  function gtinOf(node) {
    const keys = ["gtin13", "gtin", "gtin12", "gtin14", "gtin8", "ean", "upc", "isbn", "productID"];
    for (const key of keys) {
      const gtin = readGtin(list(node[key])[0]);
      if (gtin && (key !== "productID" || /^[a-z]+\d*:/i.test(clean(node[key])))) return gtin;
    }
    return null;
  }

  /** @param {unknown} value @returns {string | null} */
  function categoryOf(value) {
    const last = list(value).at(-1);
    return (isNode(last) ? clean(last.name) : clean(last)) || null;
  }

  /* ---------- microdata ---------- */

  const PRODUCT_SCOPE = '[itemtype*="schema.org/Product" i]';

  /** @param {Document} page @param {string} host @returns {Facts | null} */
  function fromMicrodata(page, host) {
    const outer = [...page.querySelectorAll(PRODUCT_SCOPE)].filter(
      (scope) => !scope.parentElement?.closest(PRODUCT_SCOPE));
    const scope = mainScope(outer, page);
    if (!scope) return null;
    /** @param {string} name */
    const read = (name) => own(scope, name).map(itemValue).find(Boolean) ?? "";
    const currency = toCurrency(read("priceCurrency"), host);
    const prices = [...own(scope, "price"), ...own(scope, "lowPrice")];
    const values = prices.map((e) => readField(itemValue(e), currency, host)).filter((v) => v !== null);
    const shown = prices.map((e) => readPrice(itemValue(e), host)?.currency).find(Boolean) ?? null;
    return {
      title: read("name"),
      price: values[0] ?? null,
      currency: currency ?? shown,
      brand: brandIn(scope),
      gtin: ["gtin13", "gtin", "gtin12", "gtin14", "gtin8", "productID"].map((n) => readGtin(read(n))).find(Boolean) ?? null,
      sku: read("sku") || read("productID").replace(/^[a-z]+:/i, "") || read("mpn") || null,
      availability: readAvailability(read("availability")),
      image: read("image") || null,
    };
  }

  /**
   * @param {Element[]} scopes
   * @param {Document} page
   * @returns {Element | null} the product the page is about
   */
  function mainScope(scopes, page) {
    if (scopes.length < 2) return scopes[0] ?? null;
    const withHeading = scopes.filter((scope) => scope.querySelector("h1"));
    if (withHeading.length === 1) return withHeading[0];
    const named = headings(page);
    return scopes.find((scope) => {
      const name = own(scope, "name").map(itemValue).find(Boolean);
      return name && own(scope, "price").length > 0 && named.includes(name.toLowerCase());
    }) ?? null;
  }

  /** @param {Element} scope @param {string} name @returns {Element[]} not those of a product inside it */
  const own = (scope, name) =>
    [...scope.querySelectorAll(`[itemprop~="${name}"]`)].filter(
      (e) => e.parentElement?.closest(PRODUCT_SCOPE) === scope
        && !e.closest('[itemprop="isRelatedTo"], [itemprop="isSimilarTo"], [itemprop="review"]'));

  /** @param {Element} element @returns {string} the value as the microdata standard defines it */
  const itemValue = (element) =>
    clean(element.getAttribute("content") ?? element.getAttribute("href")
      ?? element.getAttribute("src") ?? visibleText(element));

  /** @param {Element} scope @returns {string | null} */
  function brandIn(scope) {
    const brand = own(scope, "brand")[0] ?? own(scope, "manufacturer")[0];
    const name = brand?.querySelector('[itemprop="name"]');
    return brand ? readBrand(itemValue(name ?? brand)) : null;
  }

  /* ---------- OpenGraph and other meta tags ---------- */

  /** @param {Document} page @param {string} host @returns {Facts | null} */
  function fromMeta(page, host) {
    const type = meta(page, "og:type");
    const isProduct = /(^|[:.])product(\.item)?$/i.test(type) && !/group/i.test(type);
    /** @param {...string} names */
    const first = (...names) => names.map((n) => meta(page, n)).find(Boolean) ?? "";
    const amount = first("product:sale_price:amount", "product:price:amount", "og:price:amount", "og:price");
    if (!isProduct && !amount) return null;
    const currency = toCurrency(first("product:sale_price:currency", "product:price:currency", "og:price:currency"), host);
    return {
      title: meta(page, "og:title"),
      price: readField(amount, currency, host),
      currency,
      brand: readBrand(first("product:brand", "og:brand")),
      gtin: readGtin(first("product:ean", "product:gtin", "product:upc", "product:isbn")),
      sku: first("product:retailer_item_id", "product:retailer_part_no", "product:mfr_part_no") || null,
      availability: readAvailability(first("product:availability", "og:availability")),
      category: first("product:category") || null,
      image: meta(page, "og:image") || null,
    };
  }

  /* ---------- the shop's own selectors ---------- */

  /** @param {string} host @returns {Shop | undefined} */
  const shopOf = (host) => SHOPS.find((shop) => shop.host.test(host));

  /** @param {Document} page @param {string} host @returns {Facts | null} */
  function fromShop(page, host) {
    const shop = shopOf(host);
    if (!shop || !page.querySelector(shop.product)) return null;
    const price = texts(page, shop.price).map((text) => readPrice(firstPrice(text), host)).find(Boolean);
    const brand = texts(page, shop.brand)[0];
    return {
      title: texts(page, shop.title)[0],
      ...(price ?? {}),
      brand: brand ? readBrand(brand) : null,
      gtin: texts(page, shop.gtin).map(readGtin).find(Boolean) ?? null,
      sku: texts(page, shop.sku)[0] ?? shop.skuInUrl?.exec(canonicalUrl(page))?.[1]?.toUpperCase() ?? null,
      availability: shop.soldOut?.some((selector) => page.querySelector(selector)) ? "OutOfStock" : null,
      image: texts(page, shop.image).find((src) => /^https?:/.test(src)) ?? null,
    };
  }

  /** @param {string} text @returns {string} a range's lower end, a doubled price once */
  function firstPrice(text) {
    const found = new RegExp(`(?:(?:${CURRENCY_WORD})\\s*)?(?:${NUMBER})(?:\\s*(?:${CURRENCY_WORD}))?`, "i").exec(text);
    return found ? found[0] : text;
  }

  /** @param {string} text @returns {string} "Visit the Tefal Store" is Tefal */
  const plainBrand = (text) =>
    text
      .replace(/^.{0,40}\b(brand|marke|marque|marca|merk)\s*:\s*/i, "")
      .replace(/^(visit the|besuche? (sie )?den|visiter la boutique|visita lo store di|visita la tienda de|besuchen sie den|bezoek de|ga naar de)\s+/i, "")
      .replace(/(-| )(store|shop)$/i, "");

  /* ---------- what a reader sees ---------- */

  const SPECS = {
    brand: /^(brand( name)?|marke|marque|marca|merk|brend|kaubamärk|blagovna znamka|značka|značka:|producent|бренд|производитель|торговая марка|브랜드|品牌|hersteller|manufacturer|fabricante|tootja|الماركة)\s*:?$/i,
    gtin: /^(ean(-?13|-?8|[- ]?code)?|gtin(-?1[234]|-?8)?|upc|barcode|isbn(-?13)?|strichcode|código de barras)\s*:?$/i,
    sku: /^(sku|item (no\.?|number|code)|product (code|number|id)|article (no\.?|number)|art\.? ?(nr|no)\.?|artikel-?(nr|nummer)\.?|référence|ref\.?|código|код( товара)?|model( number)?|asin)\s*:?$/i,
  };

  /** @param {Document} page @returns {Facts} brand, GTIN and number from lists of particulars */
  function fromSpecs(page) {
    const walker = page.createTreeWalker(page.body, NodeFilter.SHOW_TEXT);
    /** @type {Record<string, string>} */
    const facts = {};
    for (let steps = 0; steps < 30000 && walker.nextNode(); steps += 1) {
      const text = walker.currentNode.nodeValue ?? "";
      if (text.length < 3 || text.length > 40 || !/\S/.test(text)) continue;
      for (const [field, pattern] of Object.entries(SPECS)) {
        if (field in facts || !pattern.test(clean(text))) continue;
        const value = particularOf(walker.currentNode);
        const read = field === "gtin" ? readGtin(value.split(/[, ]/)[0]) : readBrand(value);
        if (read) facts[field] = read;
      }
    }
    return facts;
  }

  /** @param {Node} label @returns {string} what stands beside it, in its row */
  function particularOf(label) {
    const beside = clean(label.nextSibling?.textContent).replace(/^[:\s]+/, "");
    if (beside) return beside.slice(0, 80);
    let element = label.parentElement;
    if (!element || element.closest("header, footer, nav, aside, form, script, style, h1")) return "";
    for (let up = 0; up < 3 && element && !element.nextElementSibling; up += 1) element = element.parentElement;
    return clean(element?.nextElementSibling?.textContent).slice(0, 80);
  }

  /** @param {Document} page @returns {HTMLElement | null} the heading that names the product */
  function mainHeading(page) {
    const all = [...page.querySelectorAll("h1")].filter((h) => clean(visibleText(h)).length > 2);
    const name = (meta(page, "og:title") || clean(page.title)).toLowerCase();
    return all.find((h) => name.includes(clean(visibleText(h)).toLowerCase())) ?? all[0] ?? null;
  }

  /** @param {Document} page @returns {boolean} whether something can be bought here */
  function canBuy(page) {
    /** @param {string} css */
    const offers = (css) =>
      [...page.querySelectorAll(css)].slice(0, 1000).some(
        (c) => BUY.test(labelOf(c)) && !c.closest("header, nav, footer"));
    return (
      page.querySelector("form[action*='cart' i] [type=submit], input[name=quantity i], input[name=qty i], input[name=product_id i]") !== null ||
      offers("button, input[type=submit], input[type=button], input[type=image], [role=button]") ||
      offers("[class*=buy i], [class*=cart i], [id*=buy i], [id*=cart i]") ||
      offers("a[class], a[id]")
    );
  }

  /** @param {Element} e @returns {boolean} whether its text is cheap to read */
  const isSmall = (e) => e.childElementCount < 4 && ![...e.children].some((child) => child.childElementCount > 3);

  /** @param {Element} control @returns {string} all that may say what it does */
  const labelOf = (control) =>
    [
      isSmall(control) ? control.textContent?.slice(0, 80) : "",
      control.id,
      ...["value", "class", "aria-label", "title", "alt", "onclick", "data-test"].map((name) => control.getAttribute(name)),
    ].join(" ");

  /**
   * @param {Document} page
   * @param {string} host
   * @returns {{price: number, currency: string | null} | null} the price nearest after the heading
   */
  function visiblePrice(page, host) {
    const heading = mainHeading(page);
    if (!heading) return null;
    const best = priceElements(page, host, heading)
      .filter((p) => !isRepeated(p.element))
      .map((p, i) => ({ ...p, score: score(p, heading) - i * 2 }))
      .sort((a, b) => b.score - a.score)[0];
    return best ? { price: best.price, currency: best.currency } : null;
  }

  /** @typedef {{element: Element, price: number, currency: string | null}} Found */

  /**
   * @param {Document} page
   * @param {string} host
   * @param {Element} heading
   * @returns {Found[]} in document order, after the heading
   */
  function priceElements(page, host, heading) {
    const walker = page.createTreeWalker(page.body, NodeFilter.SHOW_TEXT);
    walker.currentNode = heading;
    /** @type {Found[]} */
    const found = [];
    for (let steps = 0; steps < 6000 && found.length < 40 && walker.nextNode(); steps += 1) {
      const node = walker.currentNode;
      const text = node.nodeValue ?? "";
      const parent = node.parentElement;
      if (!parent || text.length > 60 || !/\d/.test(text) || isAside(parent)) continue;
      const element = priceBlock(parent);
      if (found.at(-1)?.element === element) continue;
      const read = readPriceOf(element, host);
      if (!read) continue;
      const place = placeOf(element);
      if (!read.currency && !PRICE_PLACE.test(place)) continue;
      if (NO_PRICE.test(place)) continue;
      found.push({ element, ...read });
    }
    return found;
  }

  /**
   * @param {Element} element
   * @param {string} host
   * @returns {{price: number, currency: string | null} | null} with a sign that stands beside it
   */
  function readPriceOf(element, host) {
    const text = visibleText(element);
    const alone = readPrice(text, host);
    if (!alone || alone.currency) return alone;
    return readPrice(`${text} ${clean(element.nextSibling?.textContent).slice(0, 8)}`, host) ?? alone;
  }

  /** @param {Element} element @returns {Element} the block that holds sign, units and cents together */
  function priceBlock(element) {
    let block = element;
    for (let up = block.parentElement, n = 0; up && n < 3 && isSmall(up); up = up.parentElement, n += 1) {
      const text = clean(visibleText(up));
      if (text.length > 24 || !PRICE_TEXT.test(text)) break;
      block = up;
    }
    return block;
  }

  /** @param {Element} element @param {number} [levels] @returns {string} names of it and its parents */
  function placeOf(element, levels = 4) {
    const names = [];
    for (let e = /** @type {Element | null} */ (element), n = 0; e && n < levels; e = e.parentElement, n += 1) {
      names.push(e.id, e.getAttribute("class") ?? "", e.getAttribute("data-test") ?? "", e.getAttribute("data-testid") ?? "");
    }
    return names.join(" ");
  }

  /** @param {Element} element @returns {boolean} struck out, hidden, or outside the page's matter */
  const isAside = (element) =>
    element.closest("script, style, noscript, template, del, s, strike, header, footer, nav, select, [hidden]") !== null;

  /** @param {Element} element @returns {boolean} one of many cards: a list of other products */
  function isRepeated(element) {
    const card = element.closest("li, article, [class*=card i], [class*=tile i], [class*=item i]");
    if (!card?.parentElement || !card.querySelector("a[href]") || card.querySelector("h1")) return false;
    const alike = [...card.parentElement.children].filter(
      (c) => c.tagName === card.tagName && c.className === card.className && c.querySelector("a[href]"));
    return alike.length >= 3;
  }

  /** @param {Found} found @param {Element} heading @returns {number} */
  function score({ element, currency }, heading) {
    const place = placeOf(element);
    let depth = 0;
    for (let up = heading.parentElement; up && !up.contains(element); up = up.parentElement) depth += 1;
    return (
      (currency ? 4 : 0) +
      (PRICE_PLACE.test(place) ? 6 : 0) +
      (/current|sale|final|special|now|our-?price|main|product-?price|big|actual/i.test(place) ? 4 : 0) -
      (OLD_PRICE.test(placeOf(element, 2)) ? 12 : 0) -
      (OTHER_PRODUCT.test(place) ? 10 : 0) -
      depth
    );
  }

  /* ---------- the whole ---------- */

  /** @param {Document} page @returns {string} the page's lasting address */
  function canonicalUrl(page) {
    const own = page.location?.href ?? "";
    const link = page.querySelector('link[rel="canonical" i]')?.getAttribute("href") || meta(page, "og:url");
    try {
      const url = new URL(link || own, page.baseURI);
      return /^https?:$/.test(url.protocol) && (url.pathname !== "/" || !link) ? url.href : own;
    } catch {
      return own;
    }
  }

  /** @param {Document} page @returns {string} the shop's host, also on a saved or mirrored copy */
  function hostOf(page) {
    const here = page.location?.hostname ?? "";
    const canonical = canonicalUrl(page);
    const named = URL.canParse(canonical) ? new URL(canonical).hostname : "";
    const saved = here === "" || here === "localhost" || /^[\d.]+$/.test(here);
    const mirrored = !shopOf(here) && shopOf(named) !== undefined;
    return ((saved || mirrored) && named ? named : here).replace(/^www\./, "");
  }

  /** @param {Facts[]} sources @param {keyof Facts} field */
  const pick = (sources, field) => sources.map((s) => s[field]).find((value) => value) ?? null;

  /** @param {Facts[]} prices */
  const agree = (prices) => new Set(prices.map((s) => `${s.price}`)).size === 1;

  /**
   * Rule 3: where sources differ, what a reader sees decides; else the best source.
   * @param {Facts[]} prices
   * @param {number | null} seen
   * @param {boolean} sure the first source is the shop's own selector
   * @returns {Facts | undefined}
   */
  const chooseStructured = (prices, seen, sure) =>
    (sure ? prices[0] : prices.find((s) => s.price === seen)) ?? prices[0];

  /** @param {Document} page @returns {boolean} */
  const isBlocked = (page) =>
    page.querySelector("#px-captcha, form#destForm, form[action*='validateCaptcha'], #challenge-form") !== null ||
    /^(robot or human\??|access denied|just a moment\.*|pardon our interruption\.*|attention required!.*)$/i.test(clean(page.title));

  /**
   * @param {Document} page
   * @returns {Product | null} `null` where the page is not one product
   */
  return function readProduct(page) {
    if (!page.body || isBlocked(page)) return null;
    const host = hostOf(page);
    const shop = fromShop(page, host);
    if (!shop && shopOf(host)?.strict) return null;
    const known = /** @type {Facts[]} */ (
      [shop, fromJsonLd(page, host), fromMicrodata(page, host), fromMeta(page, host)].filter(Boolean));
    const prices = known.filter((s) => s.price);
    const seen = prices.length && agree(prices) ? null : visiblePrice(page, host);
    const structured = chooseStructured(prices, seen?.price ?? null, Boolean(shop?.price));
    if (!known.length && !(seen && canBuy(page))) return null;
    const heading = clean(mainHeading(page)?.textContent);
    const title = /** @type {string} */ (pick(known.filter((s) => s !== known.find((k) => k.title === meta(page, "og:title"))), "title")) || heading || meta(page, "og:title");
    if (!title) return null;
    const sources = [...known, fromSpecs(page)];
    const priced = structured ?? seen;
    return {
      title,
      price: priced?.price ?? null,
      currency: priced?.currency ?? /** @type {string | null} */ (priced ? pick(known, "currency") ?? homeCurrency(host) : null),
      brand: /** @type {string | null} */ (pick(sources, "brand")),
      gtin: /** @type {string | null} */ (pick(sources, "gtin")),
      sku: /** @type {string | null} */ (pick(sources, "sku")),
      availability: /** @type {string | null} */ (pick(known, "availability")) ?? (stockInText(page, Boolean(priced))),
      category: /** @type {string | null} */ (pick(known, "category")),
      url: canonicalUrl(page) || null,
      image: /** @type {string | null} */ (pick(known, "image")),
    };
  };

  /**
   * @param {Document} page
   * @param {boolean} priced
   * @returns {string | null} from the words beside the price
   */
  function stockInText(page, priced) {
    if (canBuy(page)) return "InStock";
    const main = page.querySelector("main, #main, [role=main]") ?? page.body;
    if (SOLD_OUT.test((main.textContent ?? "").slice(0, 60000))) return "OutOfStock";
    return priced ? "InStock" : null;
  }
})();

/**
 * Reads the one product a shop's page is about; it changes, fetches and remembers
 * nothing. This file stands alone: evaluated in any page it defines `readProduct`.
 * So the shops' selectors are a table in it, SHOPS, not a file it would have to fetch.
 *
 * How it decides stands in docs/design.md, under Extension.
 */

/** @type {((document: Document) => Product | null) & {BUY: RegExp, CART: RegExp}} */
// eslint-disable-next-line no-unused-vars -- the name is what this file is for
var readProduct = (() => {
  "use strict";

  /** @template T @param {() => T} make @returns {() => T} made when first wanted: most pages are no product */
  function once(make) {
    /** @type {[T] | undefined} */
    let made;
    return () => (made ??= [make()])[0];
  }

  /* ---------- pages that never are one product ---------- */

  /** Shops of which no other page is a product; the group is the product's number. */
  const STRICT = {
    "amazon.*": /\/(?:dp|gp\/product|gp\/aw\/d)\/([A-Z0-9]{10})/,
    "ebay.*": /\/itm\/(?:[^/]+\/)?(\d{9,})/,
    "tiktok.com": /\/(?:product|pdp)\/(?:[^/]+\/)?(\d{10,})/,
  };
  const CART =
    /\/((shopping-?)?(cart|basket|trolley)|warenkorb|einkaufswagen|panier|cesta|carrito|carrello|carrinho|sacola|winkelwagen|winkelmandje|koszyk)(\.\w+)?(\/|$)|\/(shopping-?)?bag(\/|\.\w+)?$/i;
  const CHECKOUT = /\/checkouts?(\/|\.|$)/i;
  /** Titles of pages that stand in front of a shop's, or for a missing one. */
  const BLOCK_TITLE =
    /^(robot (or human|check)|access (to this page has been )?denied|just a moment|pardon our interruption|attention required|(please )?verify (that )?you are (a )?human|human verification|security (check|verification)|(are you|bot or) (a )?(human|robot|not)|captcha)(\W.*)?$|\bpage not found\b|^(error )?404\b|\b404 (error|not found)\b/i;

  /** @param {string} host @param {string} name "shop.com", or "shop.*" in whatever country */
  const isOf = (host, name) => (name.endsWith("*") ? host.includes(name.slice(0, -1)) : host.endsWith(name));

  /** @param {URL | Location | null} address @returns {boolean} whether it alone tells that there is no product */
  const isElsewhere = (address) =>
    address !== null && (CART.test(address.pathname) || CHECKOUT.test(address.pathname) ||
      Object.entries(STRICT).some(([host, path]) => isOf(`.${address.hostname}`, `.${host}`) && !path.test(address.href)));

  /** @param {Document} page */
  const isBlocked = (page) =>
    BLOCK_TITLE.test(page.title) ||
    ["px-captcha", "destForm", "challenge-form"].some((id) => page.getElementById(id)) ||
    page.querySelector("form[action*='validateCaptcha']") !== null;

  /** What a button says or is named that buys. */
  const BUY =
    /\badd[\s_-]*(it )?to[\s_-]*(your |the )?(shopping )?(cart|bag|basket|trolley)|\bbuy[\s_-]*(it[\s_-]*)?now\b|btn[\s_-]?buy|join[\s_-]?cart|buy[\s_-]?(btn|button)|\bin (den|die) (warenkorb|einkaufswagen)|\bjetzt kaufen|\bajouter au panier|\bacheter (maintenant|cet article)|\b(añadir|anadir|agregar)( al?)?( la)? (cesta|carrito|bolsa)|\bcomprar( ya| ahora| agora)?\s*$|\baggiungi al carrello|\bacquista ora|\badicionar (ao carrinho|à sacola)|\bin (mijn )?winkel(wagen|mand)|do (koszyka|košík[au])|[vu] košaric[ou]|lisa ostukorvi|læg i kurv|lägg i|в корзину|купить|\bkupi\b|ada?ug[aă] [iî]n co[sş]|sepete ekle|カートに(入れる|追加)|今すぐ(買う|購入)|장바구니|구매하기|바로 ?구매|加入(购物车|購物車)|立即(购买|購買)|(أضف|إضافة) إلى (السلة|عربة|الحقيبة)|اشتر الآن/iu;

  /* ---------- shops we know ---------- */

  /** @type {Shop[]} */
  const SHOPS = [
    {
      host: "amazon.*",
      path: STRICT["amazon.*"],
      product: "#productTitle, #ebooksProductTitle",
      title: ["#productTitle", "#ebooksProductTitle"],
      price: [
        "#corePriceDisplay_desktop_feature_div .priceToPay",
        "#corePrice_feature_div .a-price:not(.a-text-price) .a-offscreen",
        "#apex_desktop .a-price.apexPriceToPay .a-offscreen",
        "#corePriceDisplay_mobile_feature_div .priceToPay",
        "#priceblock_dealprice",
        "#priceblock_saleprice",
        "#priceblock_ourprice",
        "#price_inside_buybox",
        "#newBuyBoxPrice",
        "#buyNewSection .offer-price",
        "#tmmSwatches .selected .a-color-price, #mediaTab_heading_0 .header-price",
      ],
      brand: ["#bylineInfo", "#brand", ".po-brand .po-break-word"],
      sku: ["#ASIN@value", "[name='ASIN']@value"],
      soldOut: ["#outOfStock"],
      image: ["#landingImage@src", "#imgBlkFront@src"],
    },
    {
      host: "ebay.*",
      path: STRICT["ebay.*"],
      product: ".x-price-primary, #prcIsum, #mm-saleDscPrc, #itemTitle",
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
      image: ["#icImg@src"],
    },
    {
      host: "tiktok.com",
      path: STRICT["tiktok.com"],
      title: ["[data-e2e='product-title']", "h1"],
      price: ["[data-e2e='product-price']"],
    },
    {
      host: "shein.*",
      path: /-p-(\d+)/,
      price: [
        "#productMainPriceId",
        ".productPrice__main",
        ".product-intro__head-mainprice .discount",
        ".product-intro__head-mainprice .original",
      ],
    },
    {
      host: "asos.com",
      path: /\/prd\/(\d+)/,
      price: ["[data-testid='current-price']"],
    },
    {
      host: "zara.*",
      path: /-p(\d{6,})\.html/,
      sku: ["[data-qa-qualifier='product-reference']"],
      price: [
        ".product-detail-info [data-qa-qualifier='price-amount-current']",
        ".product-detail-info .price-current",
      ],
    },
    {
      host: "hm.com",
      path: /productpage\.(\d+)/,
      price: ["[data-testid='red-price']", "[data-testid='white-price']"],
    },
    {
      host: "sephora.*",
      path: /\/(?:product|p)\/.*?(P?\d{4,})/,
      title: ["[data-at='product_name']"],
      brand: ["[data-at='brand_name']"],
      price: ["[data-at='price'] b", "[data-at='price']"],
    },
    {
      host: "ulta.com",
      path: /\/p\/.*?((?:pimprod|xlsImpprod|VP|prod)\d+)/,
      brand: [".ProductInformation h1 a"],
      price: [".ProductPricing .Text-ds--black", ".ProductPricing > span"],
    },
    {
      host: "target.com",
      path: /\/A-(\d+)/,
      price: ["[data-test='product-price']"],
    },
    {
      host: "walmart.*",
      path: /\/ip\/(?:[^/]+\/)?(\w+)/,
      price: ["[itemprop='price'][data-seo-id]"],
    },
    {
      host: "etsy.com",
      path: /\/listing\/(\d+)/,
      price: ["[data-buy-box-region='price'] .wt-text-title-03"],
    },
    {
      host: "nike.com",
      path: /\/t\/.*?(?:\/([A-Z0-9]{6}-[A-Z0-9]{3}))?$/,
      price: ["[data-testid='currentPrice-container']"],
    },
    {
      host: "acehardware.com",
      path: /\/(\d{5,})$/,
      product: "#pdp-pricing",
      // JSON-LD holds the price for members of the rewards programme.
      price: ["#pdp-pricing .price-title + div .price", "#pdp-pricing .price"],
    },
    {
      host: "zalando.*",
      path: /-([a-z0-9]{9}-[a-z0-9]{3})\.html/,
    },
    { host: "poshmark.com", path: /\/listing\/.*-([0-9a-f]{24})/ },
  ];

  const HOME_PATH = /^(\/[a-z]{2}([-_][a-z]{2})?)?$/i;
  /** No product, unless structured data names what the page calls itself. */
  const LIST_PATH =
    /^\/([a-z]{2}([-_][a-z]{2})?\/)?(search|find|suche|recherche|collections|categor(y|ies)|wishlist|account|log-?in|sign-?in|register|help|blogs?|pages)(\/(?!.*products?\/)|\.\w+$|$)/i;
  const SEARCH = /[?&](q|query|s|search|searchterm|keywords?)=/i;

  /* ---------- words and signs ---------- */

  /** Signs and short forms that name one currency wherever they stand. */
  const SIGNS = /** @type {Record<string, string>} */ ({
    "€": "EUR", "£": "GBP", "₹": "INR", "₩": "KRW", "원": "KRW", "₽": "RUB",
    "₺": "TRY", "₴": "UAH", "₪": "ILS", "฿": "THB", "₫": "VND", "₱": "PHP",
    "₸": "KZT", "тг": "KZT", "₦": "NGN", "zł": "PLN", "Kč": "CZK", "Ft": "HUF",
    lei: "RON", "лв": "BGN", kn: "HRK", "R$": "BRL", "US$": "USD", "C$": "CAD",
    "CA$": "CAD", "A$": "AUD", "AU$": "AUD", "NZ$": "NZD", "HK$": "HKD",
    "NT$": "TWD", "S$": "SGD", "MX$": "MXN", "ر.س": "SAR", "د.إ": "AED",
    "руб": "RUB", "грн": "UAH", Fr: "CHF", "元": "CNY", "円": "JPY", Rs: "INR", "₡": "CRC", "S/": "PEN",
    CHF: "CHF", RM: "MYR", Rp: "IDR", TL: "TRY", euro: "EUR",
  });

  /** What `$`, `kr`, `¥` and a bare number mean by the shop's country. */
  const HOME = once(() => Object.fromEntries(
    ("EUR ie de at fr it es nl be fi pt ee lv lt sk si gr hr;CAD ca;AUD au;NZD nz;TWD tw;HKD hk;SGD sg;MXN mx;ARS ar;" +
      "CLP cl;COP co;GBP uk gb;BGN bg;CHF ch;SEK se;NOK no;DKK dk;PLN pl;CZK cz;HUF hu;RON ro;INR in;KRW kr;JPY jp;" +
      "CNY cn;BYN by;RUB ru;UAH ua;KZT kz;TRY tr;BRL br;ILS il;THB th;VND vn;MYR my;IDR id;PHP ph;ZAR za;USD us"
    ).split(";").flatMap((line) => line.split(" ").map((country, _, [code]) => [country, code]))));
  const DOLLARS = /^(AUD|CAD|NZD|TWD|HKD|SGD|MXN|ARS|CLP|COP|USD)$/;
  const CROWNS = /^(SEK|NOK|DKK)$/;
  const THOUSANDTHS = /^(KWD|BHD|OMR|JOD|TND)$/;
  /** Currencies whose prices have no cents: "2.449" is two thousand. */
  const NO_CENTS = /^(ARS|CLP|COP|IDR|VND|KRW|JPY|HUF|KZT|TWD|PYG)$/;

  const CURRENCY_WORD = once(() => {
    const signs = [...Object.keys(SIGNS), "$", "¥", "￥", "kr", "р."].sort((a, b) => b.length - a.length)
      .map((sign) => `${sign.replace(/[./]/g, "\\$&").replace("$", "\\s?\\$")}\\.?`);
    // "Was $9" is not in Singapore's. A lookbehind for each would compile slowly.
    return `(?<!\\p{L})(?:${signs.filter((sign) => /^\p{L}/u.test(sign)).join("|")})|${signs.filter((sign) => /^\P{L}/u.test(sign)).join("|")}|[A-Z]{3}`;
  });
  const NUMBER =
    "\\d{1,2}(?:,\\d{2})+,\\d{3}(?:\\.\\d{1,2})?|" + // as in India
    "\\d{1,3}(?:[.,'’\\s\\u00a0\\u202f]\\d{3})+(?:[.,]\\d{1,2})?|\\d+(?:[.,]\\d{1,3})?";
  /** A price or a range, and nothing else but a few words. */
  const PRICE_TEXT = once(() => new RegExp(
    `^[^\\d]{0,24}?(?:(${CURRENCY_WORD()})\\s*)?(${NUMBER})(?:,-|,–|\\.-)?\\s*(${CURRENCY_WORD()})?` +
      `(?:\\s*[-–—~]\\s*(?:${CURRENCY_WORD()})?\\s*(?:${NUMBER})\\s*(${CURRENCY_WORD()})?)?[^\\d]{0,24}$`,
    "iu",
  ));
  /** The first price in a text: a range's lower end, a doubled price once. */
  const FIRST_PRICE = once(() => new RegExp(
    `(?:(?:${CURRENCY_WORD()})\\s*)?(?:${NUMBER})(?:\\s*(?:${CURRENCY_WORD()}))?`, "iu"));
  const RATE =
    /%|\/\s*(mo|mth|month|monat|mois|mes|wk|week)\b|\b(per|a|par|pro|al) (month|week|monat|mois|mes)\b|\bmonthly\b|monatlich|mensual/i;

  const SOLD_OUT =
    /\b(sold out|out of stock|currently unavailable|no longer available)\b|derzeit nicht verfügbar|ausverkauft|actuellement indisponible|épuisé|non disponibile|agotado|нет в наличии|vypredané|rasprodano|ei ole saadaval|wyprzedan|売り切れ|품절/i;

  const PRICE_PLACE = /price|prix|preis|prezzo|precio|preco|cena|hind|amount|tsena/i;
  /** Never the price: a part of it, a threshold, a reward, another thing's price. */
  const NO_PRICE =
    /(^|[^a-z])(save|saving|instal|month|shipping|delivery|member|club|loyalty|reward|bonus|unit-?price|per-?unit|base-?price|tax|vat|coupon|mini-?cart|points|klarna|afterpay|affirm|threshold|payments)/i;
  /** Hardly the price: what it was, or what other products cost. */
  const OLD_PRICE =
    /(^|[^a-z]|price)-?_?(old|was|list|strike|line-through|crossed|before|original|previous|msrp|rrp|uvp|discount)/i;
  const OTHER_PRODUCT =
    /(^|[^a-z])(related|recommend|similar|carousel|upsell|cross-?sell|swiper|slider|filter|bundle|also|sponsor|sticky|cart|basket|total)/i;
  /** What is said before an amount that is not the price. */
  const BEFORE_OTHER =
    /\b(payments? of|save|free (shipping|delivery)|over|spend|was|reg|rrp|msrp|uvp|list price|original(ly| price)?|compare at|instead of|statt|au lieu de|antes|invece di|earn)\b/i;
  /** And what behind it. */
  const AFTER_OTHER = /^\W*(off|value|discount|rabatt|cashback|points)\b|^\s*\/\s*\d*\s*(k?g|m?l|cl|oz|lb|st|stk|count|ct)\b/i;
  const MAIN_PRICE = /current|sale|final|special|now|our-?price|main|product-?price|big|actual/i;
  /** Names of what is not asked, or not of everybody. */
  const STRUCK_OUT = /(^|[^a-z])(old|was|strike|line-through|crossed|before|compare|msrp|rrp|uvp|list-?_?price)/i;
  const FOR_MEMBERS = /(^|[^a-z])(member|club|loyalty|rewards?)/i;

  /** Labels of particulars, in the languages of shops. */
  const LABELS = {
    brand:
      "brand(?: name)?|marke|marque|marca|merk(?:ki)?|brend|marka|märke|mærke|varumärke|kaubamärk|blagovna znamka|značka|producent|manufacturer|hersteller|fabricante?|fabrikant|tootja|valmistaja|proizvajalec|proizvođač|výrob(?:ce|ca)|gyártó|producător|vendor|бренд|производитель|торговая марка|브랜드|제조사|品牌|ブランド|メーカー|الماركة",
    gtin: "ean(?:-?13|-?8|[- ]?code)?|gtin(?:-?1[234]|-?8)?|upc|barcode|isbn(?:-?13)?|strichcode|código de barras",
    code: "sku|item (?:no\\.?|number|code|#)|product (?:code|number|id|no\\.?)|article (?:no\\.?|number)|style (?:no\\.?|number|code|#)|art\\.? ?(?:nr|no)\\.?|artikel-?(?:nr|nummer)\\.?|bestell-?(?:nr|nummer)\\.?|varenummer|référence|ref(?:erence)?\\.?|código|cod produs|codice|kod produktu|kód|šifra|tootekood|tuotekoodi|артикул|код(?: товара)?|商品編號|상품번호|asin",
    model: "model(?: number| no\\.?| name)?|mpn|modell|modèle|modelo|модель",
  };
  const LABELLED = once(() => new RegExp(
    `^\\s*(?:(${LABELS.brand})|(${LABELS.gtin})|(${LABELS.code})|(${LABELS.model}))\\s*(?:$|[:：]\\s*(.{0,60}?)\\s*$)`,
    "i",
  ));

  /* ---------- text, numbers, currencies ---------- */

  const ENTITIES = /** @type {Record<string, string>} */ ({
    amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: " ",
  });

  /** @param {unknown} value @returns {string} text without entities and doubled blanks */
  function clean(value) {
    if (typeof value !== "string" && typeof value !== "number") return "";
    const text = String(value);
    return (text.includes("&") ? decodeEntities(text) : text)
      .replace(/[\s\u00a0\u200b\u200e\u200f]+/g, " ").trim();
  }

  /** @param {string} text */
  const decodeEntities = (text) =>
    text.replace(/&(#x?[0-9a-f]+|[a-z]+);/gi, (whole, name) => {
      if (name[0] !== "#") return ENTITIES[name.toLowerCase()] ?? whole;
      const code = /x/i.test(name[1]) ? parseInt(name.slice(2), 16) : Number(name.slice(1));
      return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    });

  const UNREAD = new Set(["script", "style", "noscript", "template", "del", "s", "strike"]);
  const MOST_TEXT = 600;

  /**
   * What a reader sees of an element, as far as a title or a price may be long: no
   * scripts, nothing struck out, and a point before raised cents.
   * @param {Element} element
   * @returns {string}
   */
  function visibleText(element) {
    if (!element.firstElementChild) return element.textContent ?? "";
    let text = "";
    for (let node = element.firstChild; node && text.length < MOST_TEXT; node = node.nextSibling) {
      if (node.nodeType === Node.TEXT_NODE) text += node.nodeValue;
      if (!(node instanceof Element) || UNREAD.has(node.localName)) continue;
      const part = visibleText(node);
      text += isCents(node, part, text) ? `.${part.trim()}` : part;
    }
    return text;
  }

  /** @param {Element} element @param {string} text @param {string} before */
  const isCents = (element, text, before) =>
    /^\s*\d\d\s*$/.test(text) && /(^|[^\d.,])\d{1,4}\s*$/.test(before) &&
    (element.localName === "sup" || /cent|fraction|decimal/i.test(element.className));

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
    const marks = digits.match(/[.,]/g) ?? [];
    const mark = Math.max(digits.lastIndexOf("."), digits.lastIndexOf(","));
    const isDecimal = digits[mark] === "." &&
      (THOUSANDTHS.test(currency ?? "") || (byMachine && !NO_CENTS.test(currency ?? "")));
    const grouped =
      digits.length - mark === 4 && (marks.length > 1 ? new Set(marks).size === 1 : !isDecimal);
    const whole = mark < 0 || grouped ? digits : digits.slice(0, mark);
    const cents = mark < 0 || grouped ? "" : digits.slice(mark + 1);
    const value = Number(`${whole.replace(/[.,]/g, "")}.${cents || "0"}`);
    return Number.isFinite(value) && value > 0 && value < 1e9 ? value : null;
  }

  const currencies = once(() => new Set(Intl.supportedValuesOf("currency")));
  /** @param {string} code */
  const isCurrency = (code) => currencies().has(code);

  /** @param {unknown} sign as `$`, `EUR`, `zł` @param {string | null} home @returns {string | null} ISO 4217 */
  function toCurrency(sign, home) {
    const text = clean(sign);
    if (!text) return null;
    if (/^[A-Za-z]{3}$/.test(text) && !SIGNS[text.toLowerCase()]) {
      return isCurrency(text.toUpperCase()) ? text.toUpperCase() : null;
    }
    const bare = text.replace(/\s|\.$/g, "").toLowerCase();
    if (bare === "$") return home && DOLLARS.test(home) ? home : "USD";
    if (/^[¥￥]$/.test(bare)) return home === "CNY" ? "CNY" : "JPY";
    if (bare === "kr") return home && CROWNS.test(home) ? home : "SEK";
    if (/^(руб|р)$/.test(bare)) return home === "BYN" ? "BYN" : "RUB";
    const known = Object.keys(SIGNS).find((s) => s.toLowerCase() === bare);
    return known ? SIGNS[known] : null;
  }

  /** A price as a page shows it. @param {string} text @param {string | null} home */
  function readPrice(text, home) {
    const found = PRICE_TEXT().exec(clean(text));
    if (!found || RATE.test(text)) return null;
    const code = found.find((part, i) => i > 2 && /^[A-Z]{3}$/.test(part ?? ""));
    const currency = [code, found[1], found[3], found[4]].map((sign) => toCurrency(sign, home)).find(Boolean) ?? null;
    const price = toNumber(found[2], currency, false);
    return price === null ? null : { price, currency };
  }

  /**
   * A price as a machine-readable field gives it.
   * @param {unknown} value
   * @param {string | null} currency
   * @param {string | null} home
   */
  function readField(value, currency, home) {
    const text = clean(value);
    if (/^-?\d+([.,]\d+)?$/.test(text)) return toNumber(text, currency, true);
    return readPrice(text, home)?.price ?? null;
  }

  /* ---------- single values ---------- */

  /** schema.org's names; the first that a value holds is taken. */
  const STOCK =
    "OutOfStock Discontinued PreOrder PreSale BackOrder LimitedAvailability InStoreOnly OnlineOnly InStock"
      .split(" ");

  /** @param {unknown} value @returns {string | null} schema.org's short name */
  function readAvailability(value) {
    const word = clean(value).toLowerCase().replace(/^https?:\/\/schema\.org\//, "").replace(/[^a-z]/g, "");
    if (/soldout|unavailable|oos$/.test(word)) return "OutOfStock";
    if (/^(available|true)$/.test(word)) return "InStock";
    if (word === "availablefororder") return "PreOrder";
    return STOCK.find((name) => word.includes(name.toLowerCase())) ?? null;
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
    const plain = plainBrand(clean(Array.isArray(name) ? name[0] : name));
    return plain && plain.length < 60 && !/^(null|undefined|n\/?a|none|-)$|\|/i.test(plain) ? plain : null;
  }

  /** @param {string} text @returns {string} "Visit the Tefal Store" is Tefal */
  const plainBrand = (text) =>
    text
      .replace(/^.{0,40}\b(brand|marke|marque|marca|merk)\s*:\s*/i, "")
      .replace(/^(visit the|besuche? (sie )?den|visiter la boutique|visita lo store di|visita la tienda de|besuchen sie den|bezoek de|ga naar de)\s+/i, "")
      .replace(/(-| )(store|shop)$/i, "");

  /** @param {unknown} value @returns {string | null} a product code: "AB12-3 Watch" is AB12-3 */
  function readCode(value) {
    const text = clean(value);
    return /^([\w./-]*\d[\w./-]{3,}) \D+$/.exec(text)?.[1] ?? (text || null);
  }

  /** @param {string} text @returns {string | null} a code as a reader sees it, one word */
  const codeInText = (text) =>
    /^[#\s]*((?=[\w./-]*\d)[A-Za-z0-9][\w./-]{2,23})(?=$|[\s,;|)])/.exec(text)?.[1] ?? null;

  /** @param {unknown} value */
  function readImage(value) {
    const one = Array.isArray(value) ? value[0] : value;
    const url = one && typeof one === "object"
      ? Reflect.get(one, "url") ?? Reflect.get(one, "contentUrl")
      : one;
    return clean(Array.isArray(url) ? url[0] : url) || null;
  }

  /** @param {Document} page @returns {Record<string, string>} content of the first meta tag of each name */
  function readMeta(page) {
    const found = Object.create(null);
    for (const tag of page.getElementsByTagName("meta")) {
      const name = tag.getAttribute("property") ?? tag.getAttribute("name") ?? tag.getAttribute("itemprop");
      if (name) found[name.toLowerCase()] ??= clean(tag.getAttribute("content"));
    }
    return found;
  }

  /** @param {string} url @param {Document} page */
  const parseUrl = (url, page) => (URL.canParse(url, page.baseURI) ? new URL(url, page.baseURI) : null);

  /** @param {string} url @param {Document} page */
  const pathOf = (url, page) => parseUrl(url, page)?.pathname.replace(/\/+$/, "") ?? "";

  /* ---------- source 1: the shop's own selectors ---------- */

  /** @param {Here} here @returns {boolean} whether the shop's row says it is a product */
  const isShopProduct = ({ page, url, shop }) =>
    shop !== undefined && (shop.path.test(url) || Boolean(shop.product && page.querySelector(shop.product)));

  /** @param {Here} here @returns {Facts | null} */
  function fromShop({ page, shop, home }) {
    if (!shop) return null;
    /** @param {string} text */
    const toPrice = (text) => readPrice(FIRST_PRICE().exec(text)?.[0] ?? text, home);
    return {
      title: firstAt(page, shop.title, String) ?? "",
      ...firstAt(page, shop.price, toPrice),
      brand: firstAt(page, shop.brand, readBrand),
      sku: firstAt(page, shop.sku, String),
      availability: shop.soldOut?.some((css) => page.querySelector(css)) ? "OutOfStock" : null,
      image: firstAt(page, shop.image, (src) => (/^https?:/.test(src) ? src : null)),
    };
  }

  /**
   * @template T
   * @param {Document} page
   * @param {string[] | undefined} selectors best first
   * @param {(text: string) => T | null} read
   * @returns {T | null} the first that one of them finds; the rest is not looked for
   */
  function firstAt(page, selectors, read) {
    for (const selector of selectors ?? []) {
      const [css, attribute] = selector.split("@");
      const element = page.querySelector(css);
      const text = element && clean(attribute ? element.getAttribute(attribute) : visibleText(element));
      const found = text ? read(text) : null;
      if (found) return found;
    }
    return null;
  }

  /* ---------- source 2: JSON-LD ---------- */

  /** @param {unknown} value @returns {value is Thing} */
  const isNode = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
  /** @param {unknown} value */
  const list = (value) => (Array.isArray(value) ? value : value === undefined || value === null ? [] : [value]);
  /** @param {unknown} value */
  const nodes = (value) => list(value).filter(isNode);
  /** @param {Thing} node @param {RegExp} pattern */
  const isType = (node, pattern) =>
    list(node["@type"]).some((type) => pattern.test(clean(type).replace(/^.*[/#:]/, "")));
  /** What is said of pages that list products, or write about them. */
  const OTHER_PAGE = /^(CollectionPage|SearchResultsPage|Article|NewsArticle|BlogPosting|Recipe)$/i;
  const PRODUCT_TYPE = /^(Product|ProductGroup|ProductModel|IndividualProduct|SomeProducts|Vehicle|Car)$/i;

  /** @param {Here} here @returns {Facts | null} */
  function fromJsonLd(here) {
    const scripts = [...here.page.querySelectorAll('script[type*="ld+json" i]')];
    const things = scripts.map((script) => parseJson(script.textContent ?? ""));
    if (things.flatMap(topNodes).some((node) => isType(node, OTHER_PAGE))) return null;
    const byId = new Map(things.flatMap(named));
    const product = mainProduct(things.flatMap(productsIn), here);
    if (!product) return null;
    const offers = offersOf(product, byId);
    const offer = chooseOffer(offers, here);
    const variant = offer?.variant ?? {};
    const stock = offers.map((o) => readAvailability(o.availability)).filter(Boolean);
    return {
      title: clean(product.name) || clean(variant.name),
      ...(offer ? offerPrice(offer, here.home) : {}),
      isUnsure: !offers.length && Boolean(product.review),
      brand: readBrand(resolved(product.brand, byId)) ?? readBrand(resolved(variant.brand, byId)) ?? readBrand(product.manufacturer),
      gtin: gtinOf(product) ?? gtinOf(variant) ?? (offers.length === 1 ? gtinOf(offers[0]) : null),
      sku: [product.sku, variant.sku, offer?.sku, product.productID, product.mpn].map(readCode).find(Boolean) ?? null,
      availability: stock.includes("InStock") ? "InStock" : stock[0] ?? null,
      category: categoryOf(product.category),
      image: readImage(product.image) ?? readImage(variant.image),
    };
  }

  /** @param {string} text @returns {unknown} what a script holds, mended where it is broken */
  function parseJson(text) {
    for (const body of [() => text, () => mended(text), () => mended(decodeEntities(text))]) {
      try {
        return JSON.parse(body());
      } catch {
        // The next may be read.
      }
    }
    return null;
  }

  /** @param {string} text without comments, raw line breaks, needless commas and backslashes; objects in a row as a list */
  function mended(text) {
    const body = text.replace(/<!--|-->|<!\[CDATA\[|\]\]>/g, "").replace(/^[^[{]+|[^\]}]+$/g, "");
    // eslint-disable-next-line no-control-regex -- raw line breaks inside strings
    const plain = body.replace(/[\u0000-\u001f]+/g, " ").replace(/,\s*([}\]])/g, "$1");
    return `[${plain.replace(/\\(["\\/bfnrtu])|\\/g, (kept, escaped) => (escaped ? kept : "")).replace(/\}\s*\{/g, "},{")}]`;
  }

  /** @param {unknown} value @returns {Thing[]} products that are not merely listed */
  function productsIn(value) {
    return nodes(Array.isArray(value) ? value.flat() : value).flatMap((node) => {
      if (isType(node, PRODUCT_TYPE)) return [node];
      if (isType(node, /^Offer$/i) && isNode(node.itemOffered)) {
        return [{ "@type": "Product", ...node.itemOffered, offers: node }];
      }
      return productsIn([...nodes(node["@graph"]), ...nodes(node.mainEntity)]);
    });
  }

  /** @param {unknown} value @returns {Thing[]} what a script is about, and what its graph holds */
  const topNodes = (value) =>
    nodes(Array.isArray(value) ? value.flat() : value).flatMap((node) => [node, ...nodes(node["@graph"])]);

  /** @param {unknown} value @param {Map<string, Thing>} [byId] @returns {unknown} what a node names that is nothing but a name */
  const resolved = (value, byId) =>
    (isNode(value) && Object.keys(value).length === 1 && byId?.get(clean(value["@id"]))) || value;

  /** @param {unknown} value @returns {[string, Thing][]} nodes of a graph by their `@id` */
  const named = (value) =>
    topNodes(value)
      .flatMap((node) => (node["@id"] ? [/** @type {[string, Thing]} */ ([clean(node["@id"]), node])] : []));

  /**
   * @param {Thing[]} all
   * @param {Here} here
   * @returns {Thing | null} the one the page is about; several different ones are a list
   */
  function mainProduct(all, here) {
    const { page, url } = here;
    const whole = all.filter((p) => !p.isVariantOf && !p.inProductGroupWithID);
    const products = whole.length ? whole : all;
    if (products.length < 2) return products[0] ?? null;
    const address = pathOf(url, page);
    const atHere = products.filter((p) =>
      [p.url, p["@id"]].some((u) => clean(u) && pathOf(clean(u), page) === address));
    const heading = headings(here);
    const inHeading = products.filter((p) => heading.includes(clean(p.name).toLowerCase()));
    const names = new Set(products.map((p) => clean(p.name).toLowerCase()));
    const inTitle = products.filter((p) => isTitled(page.title, clean(p.name)));
    const chosen = [atHere, inHeading, names.size === 1 ? products : inTitle].find((some) => some.length) ?? [];
    const main = chosen.find((p) => offersOf(p).length > 0) ?? chosen[0];
    // Some shops repeat the product for each size: its offers are those of all.
    const sizes = chosen.filter((p) => clean(p.name) === clean(main?.name));
    return main ? { ...main, offers: sizes.flatMap((p) => list(p.offers)) } : null;
  }

  /** @param {string} title of a page @param {string} name @returns {boolean} whether the name stands first in it, whole */
  const isTitled = (title, name) =>
    name !== "" && title.toLowerCase().startsWith(name.toLowerCase()) && !/^[\p{L}\d]/u.test(title.slice(name.length));

  /** @param {Here} here @returns {string[]} what the page calls itself, lower case */
  const headings = ({ page, meta }) =>
    [...[...page.querySelectorAll("h1")].slice(0, 4).map((h) => clean(visibleText(h))), meta["og:title"]]
      .filter(Boolean).map((text) => text.toLowerCase());

  /**
   * @param {Thing} product
   * @param {Map<string, Thing>} [byId] nodes that an offer may only be named by
   * @returns {Offer[]} every offer of a product and its variants
   */
  function offersOf(product, byId) {
    const own = nodes(product.offers)
      .map((offer) => /** @type {Thing} */ (resolved(offer, byId)))
      .flatMap((offer) => [offer, ...nodes(offer.offers)]);
    const variants = nodes(product.hasVariant).flatMap((variant) =>
      offersOf(variant, byId).map((offer) => ({ url: variant.url, ...offer, variant })));
    const models = own.length ? [] : nodes(product.model).flatMap((model) => offersOf(model, byId));
    return [...own, ...variants, ...models];
  }

  /** @param {Offer[]} offers @param {Here} here @returns {Offer | undefined} rule 4 */
  function chooseOffer(offers, { page, home, address }) {
    /** @param {Offer} offer */
    const isPriced = (offer) => offerPrice(offer, home).price !== null;
    return (
      (offers.length > 1 ? offers.find((o) => isAddress(clean(o.url), address, page) && isPriced(o)) : undefined) ??
      offers.find((o) => isType(o, /^AggregateOffer$/i) && isPriced(o)) ??
      offers.find((o) => readAvailability(o.availability) === "InStock" && isPriced(o)) ??
      offers.find((o) => readAvailability(o.availability) !== "OutOfStock" && isPriced(o)) ??
      offers.find(isPriced) ?? offers[0]
    );
  }

  /** @param {string} url @param {string} address @param {Document} page whether it names this page and the choice made on it */
  function isAddress(url, address, page) {
    const own = url ? parseUrl(url, page) : null;
    const here = parseUrl(address, page);
    if (!own || !here || own.host !== here.host || own.pathname !== here.pathname) return false;
    const sameChoice = [...own.searchParams].every(([name, value]) => here.searchParams.get(name) === value);
    return sameChoice && (own.search !== "" || here.search === "");
  }

  /** Prices that are not asked of everybody for one piece, rule 3. @param {Thing} part */
  const isNotAsked = (part) =>
    /List|Strike|MSRP|SRP|Retail/i.test(clean(part.priceType)) ||
    Boolean(part.validForMemberTier || part.referenceQuantity || part.billingDuration);

  /** @param {Thing} offer @param {string | null} home @returns {{price: number | null, currency: string | null}} */
  function offerPrice(offer, home) {
    const parts = nodes(offer.priceSpecification).filter((part) => !isNotAsked(part));
    const asked = isNotAsked(offer) ? parts : [offer, ...parts];
    for (const source of asked) {
      const currency = toCurrency(source.priceCurrency ?? offer.priceCurrency, home);
      const value = source.price ?? source.lowPrice ?? source.minPrice;
      const price = readField(value, currency, home);
      if (price !== null) return { price, currency: currency ?? readPrice(clean(value), home)?.currency ?? null };
    }
    return { price: null, currency: toCurrency(offer.priceCurrency, home) };
  }

  const GTINS = ["gtin13", "gtin", "gtin12", "gtin14", "gtin8", "ean", "upc", "isbn"];

  /** @param {Thing} node */
  function gtinOf(node) {
    const id = clean(node.productID);
    const values = [...GTINS.map((key) => list(node[key])[0]), /^[a-z]+\d*:/i.test(id) ? id : ""];
    return values.map(readGtin).find(Boolean) ?? null;
  }

  /** @param {unknown} value */
  function categoryOf(value) {
    const last = list(value).at(-1);
    return (isNode(last) ? clean(last.name) : clean(last)) || null;
  }

  /* ---------- source 3: microdata and RDFa ---------- */

  const PRODUCT_SCOPE = '[itemtype*="schema.org/Product" i], [typeof~="Product"], [typeof~="schema:Product"]';
  /** Things inside a product whose name, price or number is not the product's. */
  const OTHER_SCOPE =
    '[itemprop~="isRelatedTo"], [itemprop~="isSimilarTo"], [itemprop~="review"], [itemprop~="additionalProperty"], [itemtype*="/PropertyValue" i], [itemtype*="Review" i], [itemtype*="/Organization" i], [itemtype*="/ListItem" i]';

  /** @param {Here} here @returns {Facts | null} */
  function fromMarkup(here) {
    const { page, home } = here;
    const outer = [...page.querySelectorAll(PRODUCT_SCOPE)].filter(
      (scope) => !scope.parentElement?.closest(PRODUCT_SCOPE));
    const scope = mainScope(outer, here);
    if (!scope) return null;
    const all = propertiesOf(scope);
    /** @param {string} name */
    const read = (name) => all[name]?.map(propertyValue).find(Boolean) ?? "";
    const currency = toCurrency(read("priceCurrency"), home);
    const prices = [...(all.price ?? []), ...(all.lowPrice ?? [])].map(propertyValue);
    return {
      title: read("name"),
      price: prices.map((text) => readField(text, currency, home)).find((price) => price !== null) ?? null,
      currency: currency ?? prices.map((text) => readPrice(text, home)?.currency).find(Boolean) ?? null,
      brand: brandIn(all),
      gtin: [...GTINS, "productID"].map((name) => readGtin(read(name))).find(Boolean) ?? null,
      sku: readCode(read("sku") || read("productID").replace(/^[a-z]+:/i, "") || read("mpn")),
      availability: readAvailability(read("availability")),
      image: read("image") || null,
    };
  }

  /** @param {Element[]} scopes @param {Here} here @returns {Element | null} the page's own product */
  function mainScope(scopes, here) {
    if (scopes.length < 2) return scopes[0] ?? null;
    const withHeading = scopes.filter((scope) => scope.querySelector("h1"));
    if (withHeading.length === 1) return withHeading[0];
    const heading = headings(here);
    return scopes.find((scope) => {
      const { name: names, price } = propertiesOf(scope);
      const name = names?.map(propertyValue).find(Boolean);
      return name && price && heading.includes(name.toLowerCase());
    }) ?? null;
  }

  /** @param {Element} scope @returns {Record<string, Element[]>} its properties by name, not those of another thing inside it */
  function propertiesOf(scope) {
    const found = Object.create(null);
    for (const element of scope.querySelectorAll("[itemprop], [property]")) {
      const other = element.closest(OTHER_SCOPE);
      if (other && other !== scope && scope.contains(other)) continue;
      if (element.parentElement?.closest(PRODUCT_SCOPE) !== scope) continue;
      const names = `${element.getAttribute("itemprop") ?? ""} ${element.getAttribute("property") ?? ""}`;
      for (const name of names.replace(/schema:/g, "").split(/\s+/)) (found[name] ??= []).push(element);
    }
    return found;
  }

  /** @param {Element} element @returns {string} the value as the microdata standard defines it */
  const propertyValue = (element) =>
    clean(element.getAttribute("content") ?? element.getAttribute("href")
      ?? element.getAttribute("src") ?? visibleText(element));

  /** @param {Record<string, Element[]>} properties */
  function brandIn({ brand: brands, manufacturer }) {
    const brand = (brands ?? manufacturer)?.[0];
    const name = brand?.querySelector('[itemprop="name"], [property="name"]');
    return brand ? readBrand(propertyValue(name ?? brand)) : null;
  }

  /* ---------- source 4: OpenGraph and other meta tags ---------- */

  /** @param {Here} here @returns {Facts | null} */
  function fromMeta({ meta, home }) {
    const type = meta["og:type"] ?? "";
    const isProduct = /(^|[:.])product(\.item)?$/i.test(type) && !/group/i.test(type);
    /** @param {...string} names */
    const first = (...names) => names.map((name) => meta[name]).find(Boolean) ?? "";
    const labelled = [1, 2].find((n) => PRICE_PLACE.test(meta[`twitter:label${n}`]));
    const amount =
      first("product:sale_price:amount", "product:price:amount", "og:price:amount", "og:price", `twitter:data${labelled}`);
    if (!isProduct && !amount) return null;
    const currency = toCurrency(
      first("product:sale_price:currency", "product:price:currency", "og:price:currency"), home);
    return {
      price: readField(amount, currency, home),
      currency: currency ?? readPrice(amount, home)?.currency ?? null,
      brand: readBrand(first("product:brand", "og:brand")),
      gtin: readGtin(first("product:ean", "product:gtin", "product:upc", "product:isbn")),
      sku: first("product:retailer_item_id", "product:retailer_part_no", "product:mfr_part_no") || null,
      availability: readAvailability(first("product:availability", "og:availability")),
      category: first("product:category") || null,
      image: meta["og:image"] || null,
    };
  }

  /* ---------- source 5: the state every Shopify shop leaves in its page ---------- */

  const SHOPIFY = 'script[src*="/cdn/shop"], script[src*="cdn.shopify.com"], link[href*="cdn.shopify.com"]';

  /** @param {Here} here @returns {Facts | null} its prices are in cents */
  function fromShopify({ page }) {
    if (!page.querySelector(SHOPIFY)) return null;
    const state = [...page.scripts].map((script) => script.textContent ?? "");
    const found = state.map((text) => /\bmeta\s*=\s*(\{"product":.*\});/.exec(text)?.[1]).find(Boolean);
    const product = nodes(parseJson(found ?? ""))[0]?.product;
    if (!isNode(product)) return null;
    const variants = nodes(product.variants);
    const wanted = new URLSearchParams(page.location?.search).get("variant");
    const variant = variants.find((v) => clean(v.id) === wanted) ?? variants[0] ?? {};
    const currency = state.map((text) => /Shopify\.currency\s*=\s*\{"active":"([A-Z]{3})"/.exec(text)?.[1]).find(Boolean);
    return {
      title: clean(product.title),
      price: Number.isInteger(variant.price) ? Number(variant.price) / 100 : null,
      currency: currency ?? null,
      brand: readBrand(product.vendor),
      sku: readCode(variant.sku),
      category: clean(product.type) || null,
    };
  }

  /* ---------- what a reader sees: labelled particulars ---------- */

  const MOST_TEXTS = 20000;
  const NO_PARTICULARS = "footer, nav, aside, form, script, style";
  // A walk would pay for blanks.
  const SHORT_TEXT = "descendant::text()[normalize-space()][string-length() < 91]";

  /** @param {Document} page @returns {Said[]} all that may be a label or a price */
  function shortTexts(page) {
    const texts = page.evaluate(SHORT_TEXT, page.body, null, XPathResult.ORDERED_NODE_ITERATOR_TYPE, null);
    /** @type {Said[]} */
    const found = [];
    for (let node; found.length < MOST_TEXTS && (node = /** @type {Text | null} */ (texts.iterateNext()));) {
      found.push({ node, data: node.data });
    }
    return found;
  }

  /** A label alone, or one and its value. @param {string} text */
  const mayBeLabelled = (text) => text.length < 40 || text.includes(":") || text.includes("：");

  /** @param {Said[]} texts @returns {Particulars} from "Label: value", tables and lists */
  function readParticulars(texts) {
    /** @type {Particulars} */
    const facts = {};
    const labelled = LABELLED();
    for (const { node, data } of texts) {
      const found = mayBeLabelled(data) ? labelled.exec(data) : null;
      if (found) readParticular(found, node, facts);
    }
    return facts;
  }

  /** @param {RegExpExecArray} found @param {Node} label @param {Particulars} facts */
  function readParticular([, brand, gtin, code, model, beside], label, facts) {
    if (!label.parentElement || label.parentElement.closest(NO_PARTICULARS)) return;
    const value = beside || (label.parentElement.closest("header, h1") ? "" : valueOf(label));
    if (brand) facts.brand ??= readBrand(value) ?? undefined;
    if (gtin) facts.gtin ??= readGtin(value.split(/[, ]/)[0]) ?? undefined;
    if (code) facts.code ??= codeInText(value) ?? undefined;
    if (model) facts.model ??= codeInText(value) ?? undefined;
  }

  /** @param {Node} label @returns {string} what stands beside it, in its row */
  function valueOf(label) {
    let node = /** @type {Node} */ (label);
    for (let up = 0; up < 4; up += 1) {
      const beside = textAfter(node);
      if (beside) return beside.slice(0, 80);
      node = node.parentElement ?? node;
    }
    return "";
  }

  /** @param {Node} node @returns {string} the text of the next thing beside it */
  function textAfter(node) {
    for (let next = node.nextSibling; next; next = next.nextSibling) {
      const text = next instanceof Element ? visibleText(next) : next.nodeType === Node.TEXT_NODE ? next.nodeValue : "";
      const plain = clean(text).replace(/^[:：\s]+/, "");
      if (plain) return plain;
    }
    return "";
  }

  /* ---------- what a reader sees: the price ---------- */

  /** @param {Here} here @returns {HTMLElement | null} the heading that names the product */
  function mainHeading({ page, meta }) {
    const all = [...page.querySelectorAll("h1")].filter((h) => clean(visibleText(h)).length > 2);
    const name = (meta["og:title"] || clean(page.title)).toLowerCase();
    return all.find((h) => name.includes(clean(visibleText(h)).toLowerCase())) ?? all[0] ?? null;
  }

  /** @param {Here} here @returns {Money | null} the likeliest after the heading, rule 5 */
  function visiblePrice(here) {
    const heading = mainHeading(here);
    if (!heading) return null;
    const best = pricesAfter(heading, here)
      .filter((found) => !isRepeated(found.element))
      .map((found, i) => ({ ...found, score: score(found, heading) - i * 2 }))
      .sort((a, b) => b.score - a.score)[0];
    return best ? { price: best.price, currency: best.currency } : null;
  }

  const MOST_PRICES = 40;
  const LONGEST_PRICE = 60;

  /** @param {Element} heading @param {Here} here @returns {Found[]} in document order */
  function pricesAfter(heading, { numbers, home }) {
    const all = numbers();
    /** @type {Found[]} */
    const found = [];
    for (const { node, data } of all.slice(firstAfter(heading, all))) {
      if (found.length === MOST_PRICES) break;
      const parent = node.parentElement;
      if (data.length > LONGEST_PRICE || !parent || isAside(parent)) continue;
      const element = priceBlock(parent);
      if (found.at(-1)?.element === element) continue;
      const price = priceAt(element, home);
      if (price) found.push({ element, ...price });
    }
    return found;
  }

  /** @param {Element} heading @param {Said[]} all @returns {number} where those after it begin, sought by halves */
  function firstAfter(heading, all) {
    let [low, high] = [0, all.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const isAfter = heading.compareDocumentPosition(all[middle].node) & Node.DOCUMENT_POSITION_FOLLOWING;
      if (isAfter) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** @param {Element} element @param {string | null} home */
  function priceAt(element, home) {
    const price = readPriceOf(element, home);
    if (!price) return null;
    const names = namesAround(element);
    const isOther = NO_PRICE.test(names) || (!price.currency && !PRICE_PLACE.test(names)) || isCalledOther(element);
    return isOther ? null : price;
  }

  /** @param {Element} element @returns {boolean} whether the words beside an amount say that it is not the price */
  function isCalledOther(element) {
    const text = clean(visibleText(element));
    const parent = element.parentElement;
    const [before = "", after = ""] = parent && isSmall(parent) ? clean(visibleText(parent)).split(text) : [];
    return BEFORE_OTHER.test(`${before.replace(/.*\d/, "").slice(-40)} ${text.replace(/\d.*/, "")}`) ||
      AFTER_OTHER.test(text.replace(/.*\d/, "") + after.replace(/\d.*/, ""));
  }

  /** @param {Element} element @param {string | null} home @returns {Money | null} with a sign that stands beside it */
  function readPriceOf(element, home) {
    const text = clean(visibleText(element));
    const alone = text.length < 120 ? readPrice(text, home) : null;
    if (!alone || alone.currency) return alone;
    return readPrice(`${text} ${clean(element.nextSibling?.textContent).slice(0, 8)}`, home) ?? alone;
  }

  /** @param {Element} element @returns {Element} the block that holds sign, units and cents together */
  function priceBlock(element) {
    let block = element;
    for (let up = block.parentElement, n = 0; up && n < 3 && isSmall(up); up = up.parentElement, n += 1) {
      const text = clean(visibleText(up));
      if (text.length > 24 || up.querySelector("h1, h2, h3, button, a") || !PRICE_TEXT().test(text)) break;
      block = up;
    }
    return block;
  }

  /** @param {Element} e @returns {boolean} whether its text is cheap to read */
  const isSmall = (e) => e.childElementCount < 6 && ![...e.children].some((child) => child.childElementCount > 3);

  /** @param {Element} element @param {number} [levels] @returns {string} names of it and its parents */
  function namesAround(element, levels = 4) {
    const names = [];
    for (let e = /** @type {Element | null} */ (element), n = 0; e && n < levels; e = e.parentElement, n += 1) {
      names.push(e.id, ...["class", "data-test", "data-testid"].map((name) => e?.getAttribute(name) ?? ""));
    }
    return names.join(" ");
  }

  /** @param {Element} element @returns {boolean} struck out, hidden, or outside the page's matter */
  const isAside = (element) =>
    element.closest("script, style, noscript, template, del, s, strike, header, footer, nav, select, [hidden]") !== null;

  const CARD = "li, article, [class*=card i], [class*=tile i], [class*=item i]";

  /** @param {Element} element @returns {boolean} one of many cards: a list of other products */
  function isRepeated(element) {
    const card = element.closest(CARD) ?? element.parentElement?.closest("div");
    if (!card?.parentElement || !card.querySelector("a[href]") || card.querySelector("h1")) return false;
    const alike = [...card.parentElement.children].filter(
      (c) => c.tagName === card.tagName && c.className === card.className && c.querySelector("a[href]"));
    return alike.length >= (OTHER_PRODUCT.test(namesAround(card, 2)) ? 1 : 3);
  }

  /** @param {Found} found @param {Element} heading */
  function score({ element, currency }, heading) {
    const names = namesAround(element);
    let depth = 0;
    for (let up = heading.parentElement; up && !up.contains(element); up = up.parentElement) depth += 1;
    return (
      (currency ? 4 : 0) +
      (PRICE_PLACE.test(names) ? 6 : 0) +
      (MAIN_PRICE.test(names) ? 4 : 0) -
      (OLD_PRICE.test(namesAround(element, 2)) ? 12 : 0) -
      (OTHER_PRODUCT.test(names) ? 10 : 0) -
      depth
    );
  }

  /* ---------- what a reader sees: a way to buy ---------- */

  const CART_FORM =
    "form[action*='cart' i] [type=submit], input[name=quantity i], input[name=qty i], input[name=product_id i]";
  const CONTROLS = [
    "button, input[type=submit], input[type=button], input[type=image], [role=button]",
    // To ignore case would take eight times as long.
    ["buy", "Buy", "cart", "Cart"].map((word) => `[class*=${word}], [id*=${word}]`).join(),
    "a[class], a[id]",
  ];

  /** @param {Document} page @returns {boolean} whether something can be bought here */
  const canBuy = (page) =>
    page.querySelector(CART_FORM) !== null ||
    CONTROLS.some((css) => [...page.querySelectorAll(css)].slice(0, 1000).some(
      (control) => BUY.test(labelOf(control)) && !control.closest("header, nav, footer")));

  /** @param {Element} control @returns {string} all that may say what it does */
  const labelOf = (control) =>
    [
      isSmall(control) ? control.textContent?.slice(0, 80) : "",
      ...["id", "value", "class", "aria-label", "title", "alt", "onclick", "data-test"].map((name) => control.getAttribute(name)),
    ].join(" ");

  /** @param {Document} page @param {boolean} priced @returns {string | null} from the words beside the price */
  function stockInText(page, priced) {
    const main = page.querySelector("main, #main, [role=main]") ?? page.body;
    const isSoldOut = SOLD_OUT.test((main.textContent ?? "").slice(0, 60000));
    // To look for a button takes long: not where it would change nothing.
    if ((priced && !isSoldOut) || canBuy(page)) return "InStock";
    return isSoldOut ? "OutOfStock" : null;
  }

  /* ---------- the page and its address ---------- */

  /** @param {Document} page */
  function locate(page) {
    const own = page.location?.hostname ?? "";
    const meta = once(() => readMeta(page));
    const url = canonicalUrl(page, meta);
    const named = parseUrl(url, page)?.hostname ?? "";
    // A saved or mirrored copy still names its shop.
    const isSaved = own === "" || own === "localhost" || /^[\d.]+$/.test(own);
    const isMirror = !shopOf(own) && shopOf(named) !== undefined;
    const host = ((isSaved || isMirror) && named ? named : own).replace(/^www\./, "");
    const home = once(() => homeCurrency(host, page));
    const texts = once(() => shortTexts(page));
    return {
      page, url, host, shop: shopOf(host),
      address: isSaved && named ? url : page.location?.href ?? "",
      isSaved,
      get meta() { return meta(); },
      get home() { return home(); },
      texts,
      numbers: once(() => texts().filter(({ data }) => /\d/.test(data))),
    };
  }

  /** @param {string} host */
  const shopOf = (host) => SHOPS.find((shop) => isOf(`.${host}`, `.${shop.host}`));

  /** @param {Document} page @param {() => Record<string, string>} meta @returns {string} its lasting address */
  function canonicalUrl(page, meta) {
    const own = page.location?.href ?? "";
    const link = page.querySelector('link[rel="canonical" i]')?.getAttribute("href") || meta()["og:url"];
    const url = parseUrl(link || own, page);
    return url && /^https?:$/.test(url.protocol) && (url.pathname !== "/" || !link) ? url.href : own;
  }

  /**
   * @param {string} host
   * @param {Document} page
   * @returns {string | null} the currency of the shop's country: by its ending, else by
   *   the country in the address or the page's language
   */
  function homeCurrency(host, page) {
    const ending = host.split(".").pop() ?? "";
    const byEnding = ending === "co" ? null : HOME()[ending] ?? (/\.com\.co$/.test(host) ? "COP" : null);
    if (byEnding) return byEnding;
    const path = page.location?.pathname ?? "";
    const region =
      /^\/(?:[a-z]{2}[-_])?([a-z]{2})(?:[-_][a-z]{2})?(?:\/|$)/i.exec(path)?.[1] ??
      /^[a-z]{2}[-_]([a-z]{2})$/i.exec(page.documentElement.lang)?.[1];
    const byRegion = HOME()[region?.toLowerCase() ?? ""];
    return byRegion ?? (/^(com|net|shop|store|co)$/.test(ending) ? "USD" : null);
  }

  /** @param {Here} here @returns {string | null} the longest number in the end of its address */
  function codeInUrl({ page, url, shop }) {
    const own = shop?.path.exec(url)?.[1];
    const address = parseUrl(url, page);
    if (own || !address) return own ?? null;
    const named = ["pid", "sku", "skuid", "productid", "product_id", "itemid", "item_id"]
      .map((name) => address.searchParams.get(name)).find((value) => /^[\w-]*\d[\w-]*$/.test(value ?? ""));
    const parts = address.pathname.split("/").slice(-3).reverse();
    const inPath = parts.map((part) => /^[A-Z]{1,3}\d{5,}(?=\.|$)/i.exec(part)?.[0] ?? longestNumber(part)).find(Boolean);
    return named ?? inPath ?? null;
  }

  /** @param {string} text */
  const longestNumber = (text) => text.match(/\d{5,}/g)?.sort((a, b) => b.length - a.length)[0];

  /* ---------- deciding ---------- */

  /** @param {Facts[]} sources @param {keyof Facts} field @returns {any} */
  const pick = (sources, field) => sources.map((source) => source[field]).find((value) => value) ?? null;

  /**
   * Rules 1 to 3 and 5.
   * @param {Facts | null} shop
   * @param {Facts[]} known best first
   * @param {Here} here
   * @returns {Facts | null}
   */
  function choosePrice(shop, known, here) {
    if (shop?.price) return shop;
    const priced = known.filter((source) => source.price);
    const best = priced[0];
    const agreed = priced.every((source) => source.price === best.price);
    const denial = best && agreed ? denialOf(/** @type {number} */ (best.price), here) : null;
    if (best && agreed && !denial) return best;
    const seen = isSeenAllowed(here, known) ? visiblePrice(here) : null;
    const same = priced.find((source) => source.price === seen?.price);
    if (!best || !seen || same) return same ?? seen ?? best ?? null;
    return denial && isTruer(seen, best, denial) ? seen : best;
  }

  /** @param {Here} here @param {Facts[]} known @returns {boolean} whether a price in sight may be the product's */
  const isSeenAllowed = (here, known) =>
    known.length > 0 || (here.shop ? isShopProduct(here) : !isListed(here));

  /** @param {Here} here @returns {boolean} whether the address is that of a list, or of the shop's first page */
  const isListed = ({ url, page, isSaved }) =>
    (!isSaved && HOME_PATH.test(pathOf(url, page))) || LIST_PATH.test(pathOf(url, page)) || SEARCH.test(url);

  /** @param {string} title @param {Here} here @returns {boolean} whether it is what the page calls itself */
  const isHeading = (title, here) =>
    isTitled(here.page.title, title) || headings(here).includes(title.toLowerCase());

  /** @param {number} price @param {Here} here @returns {Denial} what the page says against this price */
  function denialOf(price, { numbers, home }) {
    // As its digits may be written: with marks between them, nothing but digits before.
    const written = new RegExp(`^\\D*${[...String(Math.trunc(price))].join("\\D?")}`);
    for (const { node, data } of numbers()) {
      const parent = data.length < 41 && written.test(data) ? node.parentElement : null;
      if (!parent || readPrice(data, home)?.price !== price || parent.closest("header, footer, nav")) continue;
      const names = namesAround(parent, 2);
      if (FOR_MEMBERS.test(names)) return "members";
      if (STRUCK_OUT.test(names) || parent.closest("del, s, strike")) return "old";
    }
    return null;
  }

  /** @param {Money} seen @param {Facts} best @param {Denial} denial */
  function isTruer(seen, best, denial) {
    const times = seen.price / Number(best.price);
    return seen.currency !== null && (denial === "old" ? times < 1 && times > 0.1 : times > 1 && times < 3);
  }

  /** @param {Facts[]} known @param {Here} here @returns {string} og:title last: it often is a slogan */
  const chooseTitle = (known, here) =>
    pick(known, "title") || clean(mainHeading(here)?.textContent) || here.meta["og:title"];

  /** @param {Facts[]} known @param {Particulars} particulars @param {string} host */
  function chooseBrand(known, particulars, host) {
    const brand = /** @type {string | null} */ (pick(known, "brand"));
    const isShopsOwn = brand !== null && host.includes(brand.toLowerCase().replace(/\W/g, "") || " ");
    return (isShopsOwn ? particulars.brand : null) ?? brand ?? particulars.brand ?? null;
  }

  /** @param {Document} page @returns {Product | null} `null` where the page is not one product */
  function read(page) {
    if (!page.body || isElsewhere(page.location) || isBlocked(page)) return null;
    const here = locate(page);
    const isShops = isShopProduct(here);
    if (!isShops && isElsewhere(parseUrl(here.url, page))) return null;
    const shop = isShops ? fromShop(here) : null;
    const structured = [fromJsonLd, fromMarkup, fromMeta, fromShopify]
      .map((read) => read(here)).filter((facts) => facts !== null);
    const known = shop ? [shop, ...structured] : structured;
    const priced = choosePrice(shop, known, here);
    const isSure = isShops || known.some(({ isUnsure }) => !isUnsure);
    if (!isSure && !(priced && canBuy(page))) return null;
    const title = chooseTitle(known, here);
    if (!title || (!isShops && isListed(here) && !isHeading(title, here))) return null;
    const particulars = readParticulars(here.texts());
    return {
      title,
      price: priced?.price ?? null,
      currency: priced?.price ? priced.currency ?? pick(known, "currency") ?? here.home : null,
      brand: chooseBrand(known, particulars, here.host),
      gtin: pick(known, "gtin") ?? particulars.gtin ?? null,
      sku: shop?.sku ?? particulars.code ?? pick(known, "sku") ?? particulars.model ?? codeInUrl(here),
      availability: pick(known, "availability") ?? stockInText(page, Boolean(priced?.price)),
      category: pick(known, "category"),
      url: here.url || null,
      image: pick(known, "image"),
    };
  }

  return Object.assign(read, { BUY, CART });
})();

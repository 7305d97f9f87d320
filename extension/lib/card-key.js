/**
 * Keys of risk cards: how the product on this page finds its card.
 * `store/keys.py` computes the same; `tests/store/card_keys.json` holds both to it.
 */

/** What tells products apart on shops that keep the id in the query. */
const PRODUCT_PARAMETERS = new Set(["id", "item", "itemid", "pid", "product_id", "sku"]);
const ADDRESS =
  /^https?:\/\/(?:[^/?#@]*@)?([^/?#:@[\] \t\r\n\f\v]+)(?::([0-9]{0,5}))?(\/[^?#]*)?(?:\?([^#]*))?(?:#.*)?$/is;

/**
 * @param {{url?: string | null, gtin?: string | null, brand?: string | null, title?: string | null}} product
 * @returns {Promise<string[]>} SHA-256 in hex, surest first: GTIN, URL, brand and title
 */
export function cardKeys({ url, gtin, brand, title }) {
  const names = [
    canonicalGtin(gtin ?? ""),
    canonicalUrl(url ?? ""),
    title ? normalName(brand, title) : "",
  ];
  return Promise.all(names.filter(Boolean).map(sha256));
}

/** @param {string} gtin @returns {string} 14 digits, or "" if it is none */
export function canonicalGtin(gtin) {
  const digits = gtin.replace(/[ \t\r\n\u00a0-]/g, "");
  if (!/^(?:[0-9]{8}|[0-9]{12,14})$/.test(digits)) return "";
  const padded = digits.padStart(14, "0");
  const sum = [...padded].reduce((total, d, i) => total + Number(d) * (i % 2 ? 1 : 3), 0);
  return sum % 10 === 0 ? padded : "";
}

/** @param {string} url @returns {string} host, path and product parameters */
export function canonicalUrl(url) {
  const found = ADDRESS.exec(url.toWellFormed().replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, ""));
  const host = found ? plainHost(found[1]) : "";
  if (!found || !host) return "";
  const number = Number(found[2] || 0);
  const port = [0, 80, 443].includes(number) ? "" : `:${number}`;
  const query = (found[4] ?? "").split("&").flatMap(productParameter).sort();
  const tail = query.length ? `?${query.join("&")}` : "";
  return `${host}${port}${decode(found[3] ?? "").replace(/\/+$/, "")}${tail}`;
}

/**
 * @param {string | null | undefined} brand
 * @param {string} title
 * @returns {string} lower-case words; the brand is not said twice
 */
export function normalName(brand, title) {
  const maker = plain(brand ?? "");
  const name = plain(title);
  return !maker || `${name} `.startsWith(`${maker} `) ? name : `${maker} ${name}`;
}

/** @param {string} text */
const plain = (text) =>
  text.normalize("NFKC").toLowerCase().replace(/[^\p{L}\p{M}\p{N}]+/gu, " ").trim();

/** @param {string} host @returns {string} lower case, foreign letters in Punycode, no "www." */
function plainHost(host) {
  // eslint-disable-next-line no-control-regex -- all of ASCII is meant
  if (/^[\x00-\x7f]*$/.test(host)) return host.toLowerCase().replace(/^www\./, "");
  try {
    return new URL(`http://${host}`).hostname.replace(/^www\./, "");
  } catch {
    return "";
  }
}

/** @param {string} pair @returns {string[]} the pair as the key holds it, or nothing */
function productParameter(pair) {
  const at = pair.indexOf("=");
  const name = decode(pair.slice(0, at).replace(/\+/g, " ")).toLowerCase();
  const value = decode(pair.slice(at + 1).replace(/\+/g, " "));
  return at > 0 && value && PRODUCT_PARAMETERS.has(name) ? [`${name}=${encode(value)}`] : [];
}

/** @param {string} text @returns {string} %XX as UTF-8; what is not valid stays or becomes U+FFFD */
const decode = (text) =>
  text.replace(/(?:%[0-9a-f]{2})+/gi, (run) => {
    const bytes = Uint8Array.from(run.slice(1).split("%"), (pair) => parseInt(pair, 16));
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  });

/** @param {string} text @returns {string} as an HTML form writes it */
const encode = (text) =>
  encodeURIComponent(text)
    .replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
    .replace(/%20/g, "+");

/** @param {string} text @returns {Promise<string>} */
async function sha256(text) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((b) => b.toString(16).padStart(2, "0")).join("");
}

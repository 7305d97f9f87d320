/** Texts, numbers and dates in the language the shopper chose, or else the browser's. */

import { browserLanguage, ownJson } from "./platform.js";

export const LANGUAGES = ["en", "de", "fr", "es", "it", "pt-BR", "nl", "pl", "ja", "ko", "zh-CN", "ar"];

/** @type {Record<string, string>} */
const COMMAS = { ar: "، ", ja: "、", "zh-CN": "，" };

/** @typedef {Awaited<ReturnType<typeof loadTexts>>} Texts */

/** @param {string} chosen BCP 47, or "" for the browser's */
export async function loadTexts(chosen) {
  const language = LANGUAGES.includes(chosen) ? chosen : closest(browserLanguage());
  const messages = await ownJson(`_locales/${language.replace("-", "_")}/messages.json`);
  const plural = new Intl.PluralRules(language);
  const direction = language === "ar" ? "rtl" : "ltr";
  // Foreign words and numbers keep their own direction and do not turn what stands around them.
  const [open, close] = direction === "rtl" ? ["\u2068", "\u2069"] : ["", ""];

  /** @param {string} name @param {Record<string, string>} [values] */
  const say = (name, values = {}) =>
    String(messages[name]?.message ?? name).replace(/\{(\w+)\}/g, (_, key) => open + (values[key] ?? "") + close);

  return {
    language,
    direction,
    say,
    /** @param {string} name a text with plural forms @param {number} n */
    count: (name, n) => say(`${name}_${plural.select(n)}`, { n: numbers(language).whole(n) }),
    ...numbers(language),
  };
}

/** @param {string} language @returns {string} the one of ours that is nearest */
function closest(language) {
  const plain = language.split("-")[0];
  return LANGUAGES.find((ours) => ours === language) ?? LANGUAGES.find((ours) => ours.split("-")[0] === plain) ?? "en";
}

/** @param {string} language */
function numbers(language) {
  const percent = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 0 });
  const sign = new Intl.NumberFormat(language, { signDisplay: "always", maximumFractionDigits: 0 });
  return {
    /** @param {number} n */
    whole: (n) => new Intl.NumberFormat(language, { maximumFractionDigits: 0 }).format(n),
    /** @param {number} share */
    percent: (share) => percent.format(share),
    /** @param {number} share "31" where "44%" follows, in the same digits */
    bare: (share) =>
      percent.formatToParts(share).filter(({ type }) => type === "integer").map(({ value }) => value).join(""),
    /** @param {number} n with its sign, a true minus */
    signed: (n) => sign.format(n).replace("-", "−"),
    /** @param {number} amount */
    dollars: (amount) => new Intl.NumberFormat(language, { style: "currency", currency: "USD" }).format(amount),
    /** @param {string} iso */
    day: (iso) => new Intl.DateTimeFormat(language, { dateStyle: "medium", timeZone: "UTC" }).format(new Date(iso)),
    /** @param {number} at milliseconds since 1970 @returns {string} by the shopper's own clock */
    moment: (at) => new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" }).format(at),
    /** @param {number} hours */
    duration: (hours) => {
      const [unit, amount] = hours % 24 ? ["hour", hours] : ["day", hours / 24];
      return new Intl.NumberFormat(language, { style: "unit", unit: String(unit), unitDisplay: "long" }).format(Number(amount));
    },
    /** @param {(string | false | null)[]} parts those that are there, in a row */
    row: (parts) => parts.filter(Boolean).join(COMMAS[language] ?? ", "),
  };
}

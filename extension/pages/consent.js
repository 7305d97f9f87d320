/** The words a shopper agrees to, on the first page and in the options alike. */

import { make } from "./page.js";

/** @param {HTMLElement} section @param {import("../lib/texts.js").Texts} texts */
export function fillConsent(section, { say }) {
  const parts = ["consentReads", "consentSends", "consentNever", "consentServer"];
  section.prepend(make("h2", "", say("consentTitle")), ...parts.map((name) => make("p", "", say(name))));
}

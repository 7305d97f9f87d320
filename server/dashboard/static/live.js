/** Parts of a page that change by themselves: fetched anew while somebody looks. */
"use strict";

const EVERY_MS = 5000;

for (const part of document.querySelectorAll("[data-live]")) {
  if (part instanceof HTMLElement) setInterval(() => void update(part), EVERY_MS);
}

/** @param {HTMLElement} part is left alone while somebody is at it */
async function update(part) {
  if (document.hidden || part.contains(document.activeElement)) return;
  try {
    const answer = await fetch(part.dataset.live ?? "", { headers: { "X-Unattended": "1" } });
    if (answer.redirected) location.reload();
    else if (answer.ok) show(part, await answer.text());
  } catch {
    // The server is away; it is asked again.
  }
}

/**
 * @param {HTMLElement} part
 * @param {string} text of our own server; what is parsed so runs no scripts
 */
function show(part, text) {
  const fresh = new DOMParser().parseFromString(text, "text/html").body;
  const before = document.createElement("body");
  before.append(...Array.from(part.childNodes, (node) => node.cloneNode(true)));
  if (!fresh.isEqualNode(before)) part.replaceChildren(...fresh.childNodes);
}

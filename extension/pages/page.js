/** What our own pages share: their words, and the elements they are made of. */

import { loadSettings } from "../lib/settings.js";
import { loadTexts } from "../lib/texts.js";

/**
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} type
 * @returns {T}
 */
export function the(id, type) {
  const element = document.getElementById(id);
  if (!(element instanceof type)) throw new TypeError(`no ${type.name} with id ${id}`);
  return element;
}

/** @param {string} title name of the page's title @returns {Promise<import("../lib/texts.js").Texts>} */
export async function fillWords(title) {
  const texts = await loadTexts((await loadSettings()).language);
  document.documentElement.lang = texts.language;
  document.documentElement.dir = texts.direction;
  document.title = texts.say(title);
  for (const element of document.querySelectorAll("[data-text]")) {
    element.textContent = texts.say(element.getAttribute("data-text") ?? "");
  }
  return texts;
}

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} className
 * @param {(string | Node)[]} inside text is never read as HTML
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function make(tag, className, ...inside) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...inside);
  return element;
}

/** @param {string} label @param {() => unknown} act @param {string} [name] for who can't see what stands beside it */
export function makeButton(label, act, name) {
  const button = make("button", "", label);
  button.type = "button";
  if (name) button.setAttribute("aria-label", name);
  button.addEventListener("click", act);
  return button;
}

/** @param {string} title @returns {HTMLElement} a product's name, in whatever script it is */
export function titleOf(title) {
  const element = make("span", "title", title);
  element.dir = "auto";
  return element;
}

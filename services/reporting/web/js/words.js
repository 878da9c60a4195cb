// Chinese first, English one click away: what the page says, by key.
import zh from "./words/zh.js";
import en from "./words/en.js";

const TONGUES = { zh, en };
export const FIRST = "zh";

let tongue = FIRST;

export function speak(which) {
  tongue = which in TONGUES ? which : FIRST;
  document.documentElement.lang = t("page.lang");
  document.title = t("page.title");
  for (const node of document.querySelectorAll("[data-t]")) node.textContent = t(node.dataset.t);
  for (const node of document.querySelectorAll("[data-t-label]")) node.setAttribute("aria-label", t(node.dataset.tLabel));
}

export const spoken = () => tongue;
export const other = () => (tongue === "zh" ? "en" : "zh");
export const knows = (which) => which in TONGUES;

// The text of a key with its {places} filled. A key that is missing shows itself: better a strange word than a hole.
export function t(key, places = {}) {
  const text = TONGUES[tongue][key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in places ? places[name] : whole));
}

// The record's own date, what the numbers cover, and how old they are.
import { el, told, write } from "../dom.js";
import { age as ageText, day, number } from "../figures.js";
import { t } from "../words.js";

export function standing(root) {
  const date = { label: el("dt"), value: told("", "date") };
  const coverage = { label: el("dt"), value: told("", "coverage") };
  root.append(el("div", {}, date.label, el("dd", {}, date.value)), el("div", {}, coverage.label, el("dd", {}, coverage.value)));
  return ({ counts, lang }) => {
    write(date.label, t("standing.date"));
    write(coverage.label, t("standing.coverage"));
    if (!counts) return;
    write(date.value, counts.as_of.event_time ? day(counts.as_of.event_time, lang) : "–");
    write(coverage.value, t("standing.of", { n: number(counts.coverage.reporting), all: number(counts.coverage.counties) }));
    coverage.value.classList.toggle("whole", counts.coverage.reporting === counts.coverage.counties);
  };
}

// The age is told to the eye all the time, and to the ear when its state changes.
export function age(root, voice) {
  const [state, seconds, why] = [el("strong"), el("span", { class: "since" }), el("span", { class: "why" })];
  root.append(el("span", { class: "lamp", "aria-hidden": "true" }), state, seconds, why);
  let spoken = null;
  return ({ state: now, seconds: old, away }) => {
    document.body.dataset.age = now;
    const [key, n] = old === null ? [null, null] : ageText(old);
    write(state, t(`age.${now}`));
    write(seconds, key ? t(key, { n }) : "");
    write(why, now === "late" || now === "gone" ? t(away ? "age.away" : "age.behind") : "");
    root.title = key ? t("age.explained", { age: t(key, { n }) }) : "";
    if (spoken !== now) write(voice, t(`age.spoken.${now}`));
    spoken = now;
  };
}

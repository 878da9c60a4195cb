// The three figures of the nation: each now, where it began, and the fall between.
import { el, told, write } from "../dom.js";
import { day, number, percent, year } from "../figures.js";
import { t } from "../words.js";

const FIGURES = ["all", "poor", "watch52"];

export function headline(root) {
  const figures = FIGURES.map((name) => {
    const figure = { name, label: el("h2"), now: told("", "now"), fall: told("", "fall"), way: el("span", { class: "way" }), from: told("", "from") };
    figure.bar = el("span", { class: "remains", "aria-hidden": "true" });
    const beside = el("p", { class: "beside" }, el("span", { class: "drop" }, figure.way, figure.fall), figure.from);
    root.append(el("article", { class: `figure ${name}`, "data-figure": name }, figure.label, el("p", { class: "count" }, figure.now), beside, figure.bar));
    return figure;
  });
  return ({ headline: document, lang }) => {
    for (const { name, label, now, fall, way, from, bar } of figures) {
      write(label, t(`headline.${name}`));
      if (!document) continue;
      const figure = document[name];
      write(now, number(figure.now));
      write(way, figure.fall === null ? "" : figure.fall < 0 ? "↑" : "↓");
      way.title = t(figure.fall < 0 ? "headline.rise" : "headline.fall");
      write(fall, figure.fall === null ? "" : percent(Math.abs(figure.fall)));
      write(from, began(figure, lang));
      bar.style.setProperty("--share", figure.baseline ? String(Math.max(0, Math.min(1, figure.now / figure.baseline))) : "0");
      bar.title = figure.baseline ? t("headline.left", { share: percent(figure.now / figure.baseline) }) : "";
    }
  };
}

function began(figure, lang) {
  if (figure.baseline_date === null) return "";
  if (figure.basis === "published") return t("headline.published", { date: year(figure.baseline_date), n: number(figure.baseline) });
  return t("headline.record", { date: day(figure.baseline_date, lang, "short-year"), n: number(figure.baseline) });
}

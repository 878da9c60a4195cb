// The large figures: how many children, where the number began, and the fall between. Of the nation three; of any other area its
// own two, and the nation's beside them, small.
import { NATION } from "../address.js";
import { withheld } from "../counts.js";
import { el, told, write } from "../dom.js";
import { day, number, percent, year } from "../figures.js";
import { t } from "../words.js";
import { areaName } from "./trail.js";

const FIGURES = ["all", "poor", "watch52"];

export function headline(root, { open }) {
  const figures = Object.fromEntries(FIGURES.map((name) => [name, figure(root, name)]));
  const nation = small(root, open);
  return ({ headline: document, counts, tree, view, lang }) => {
    const whole = view.area === NATION;
    figures.watch52.root.hidden = !whole;
    nation.root.hidden = whole;
    if (whole) for (const name of FIGURES) figures[name].draw(t(`headline.${name}`), document?.[name], null, lang);
    else {
      figures.all.draw(t("headline.area", { area: areaName(tree, view.area) }), counts?.figure, null, lang);
      const poor = counts && { now: counts.poor, baseline: null, fall: null };
      figures.poor.draw(t("headline.poor"), poor, counts, lang);
      nation.draw(document);
    }
  };
}

function figure(root, name) {
  const [label, now, fall, way, from] = [el("h2"), told("", "now"), told("", "fall"), el("span", { class: "way" }), told("", "from")];
  const bar = el("span", { class: "remains", "aria-hidden": "true" });
  const beside = el("p", { class: "beside" }, el("span", { class: "drop" }, way, fall), from);
  const article = el("article", { class: `figure ${name}`, "data-figure": name }, label, el("p", { class: "count" }, now), beside, bar);
  root.append(article);
  return { root: article, draw };

  // of: the counts of which this is a part, where the part is told instead of a fall.
  function draw(title, document, of, lang) {
    write(label, title);
    const known = Boolean(document);
    write(now, known ? shown(document.now, of) : "");
    now.classList.toggle("words", known && document.now === null);
    const falls = known && document.fall !== null && document.now !== null;
    write(way, falls ? (document.fall < 0 ? "↑" : "↓") : "");
    way.title = falls ? t(document.fall < 0 ? "headline.rise" : "headline.fall") : "";
    write(fall, falls ? percent(Math.abs(document.fall)) : "");
    write(from, known ? (of ? partOf(document.now, of) : began(document, lang)) : "");
    const share = known && document.now !== null ? (of ? document.now / of.out_of_school : document.now / document.baseline) : 0;
    bar.style.setProperty("--share", String(Number.isFinite(share) ? Math.max(0, Math.min(1, share)) : 0));
    bar.title = falls && document.baseline ? t("headline.left", { share: percent(document.now / document.baseline) }) : "";
  }
}

function shown(n, of) {
  if (n !== null) return number(n);
  const why = of ? withheld(of) : null;
  return why ? t(`withheld.${why}`) : t("silent");
}

const partOf = (n, of) => (n === null || !of.out_of_school ? "" : t("headline.share", { share: percent(n / of.out_of_school, 1) }));

function small(root, open) {
  const title = el("a", { href: open(NATION) });
  const lines = FIGURES.map((name) => ({ name, label: el("dt"), now: told(""), fall: told("", "fall") }));
  const list = el("dl", {}, ...lines.map(({ name, label, now, fall }) => el("div", { "data-nation": name }, label, el("dd", {}, now), el("dd", {}, fall))));
  const article = el("article", { class: "nation", hidden: true }, el("h2", {}, title), list);
  root.append(article);
  return { root: article, draw };

  function draw(document) {
    title.href = open(NATION);
    write(title, t("area.100000"));
    for (const { name, label, now, fall } of lines) {
      write(label, t(`nation.${name}`));
      const said = document?.[name];
      write(now, said ? (said.now === null ? t("withheld.cover") : number(said.now)) : "");
      write(fall, said && said.fall !== null ? `${said.fall < 0 ? "↑" : "↓"}${percent(Math.abs(said.fall))}` : "");
    }
  }
}

function began(figure, lang) {
  if (!figure.baseline_date) return "";
  if (figure.basis === "published") return t("headline.published", { date: year(figure.baseline_date), n: number(figure.baseline) });
  return t("headline.record", { date: day(figure.baseline_date, lang, "short-year"), n: number(figure.baseline) });
}

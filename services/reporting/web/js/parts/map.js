// The nation in hexagons, one for each county, and the sums of the area above them.
import { NATION } from "../address.js";
import { charted, small, tip, TOOLTIP } from "../charts.js";
import { withheld } from "../counts.js";
import { el, told, write } from "../dom.js";
import { day, number, signed } from "../figures.js";
import { fitted, middle } from "../hexes.js";
import { rangeOf, shadeOf, stepOf, stepsOf } from "../steps.js";
import { barestName } from "../tree.js";
import { t } from "../words.js";
import { drawnOutside, groupLabel, hexagon } from "./hexagons.js";
import { tabled } from "./tabled.js";
import { areaName } from "./trail.js";

const OF_STATUS = ["suspected", "returned", "on_leave"];
// From this size of a hexagon on, in pixels, there is room for its name and number.
const NAME_FROM = 56;

export function map(root, { go, places, outside, toggle }) {
  const part = tabled(root, { name: "map", toggle });
  const figures = summary(part.aside);
  const legend = el("p", { class: "legend" });
  part.frame.append(legend);
  let state = null;
  let last = [];
  const beyond = Object.entries(outside).flatMap(([code, { places: own }]) => own.map((place, at) => [`${code}/${at}`, place]));
  const everywhere = { ...places, ...Object.fromEntries(beyond) };
  const drawing = charted(part.box, (chart, size) => state && paint(chart, size, state));
  drawing.chart.on("click", ({ value }) => value && state.tree.has(value[0]) && go(target(state.tree, state.view.area, value[0])));
  return (now) => {
    const { counts, counties, tree, view, lang } = now;
    const name = areaName(tree, view.area);
    const steps = stepsOf(counties ? Object.values(counties) : []);
    state = { ...now, steps };
    figures(counts, lang);
    legended(legend, steps, tree && framed(tree, view.area) === NATION);
    part.draw({
      heading: name,
      label: t("map.label", { area: name }),
      summary: t("map.table", { area: name }),
      columns: [t("rank.name"), t("rank.count")],
      rows: () => tableRows(now, outside),
      shown: view.tables.includes("map"),
    });
    const facts = [counties, tree, view, lang];
    if (counties && tree && facts.some((fact, at) => fact !== last[at])) drawing.again();
    last = facts;
  };

  function paint(chart, { width, height }, { counties, tree, view, lang, steps }) {
    if (!counties || !tree) return;
    const frame = framed(tree, view.area);
    const marked = new Set(tree.counties(view.area));
    const codes = [...tree.counties(frame), ...(frame === NATION ? beyond.map(([key]) => key) : [])];
    const layout = fitted(everywhere, codes, { width, height, margin: 8 });
    const named = layout.step >= NAME_FROM;
    const drawn = [...layout.at.entries()].map(([key, at]) => {
      const code = key.split("/")[0];
      if (code in outside) return { code, shape: drawnOutside(at, layout.step) };
      const n = counties[code] ?? null;
      const about = { n, shade: n === null ? null : shadeOf(stepOf(n, steps), steps), marked: marked.has(code), watched: tree.watched.has(code), current: code === view.area };
      return { code, shape: hexagon(at, layout.step, about, named ? tree.mapped(code) : null) };
    });
    const groups = named ? [] : tree.children(frame).filter((code) => frame === NATION || tree.level(code) !== "county");
    const labels = groups.map((code) => [barestName(tree.mapped(code)), ...middle(layout.at, tree.counties(code))]);
    if (frame === NATION) for (const code of Object.keys(outside)) labels.push(labelOutside(tree, code, outside, layout));
    chart.setOption(
      {
        animation: false,
        tooltip: { ...TOOLTIP, formatter: ({ value }) => value && tooltip(tree, value[0], counties, outside) },
        series: [
          { type: "custom", coordinateSystem: "none", data: drawn.map(({ code }) => [code]), renderItem: (params) => drawn[params.dataIndex].shape },
          { type: "custom", coordinateSystem: "none", silent: true, data: labels, renderItem: (params) => groupLabel(labels[params.dataIndex], small(), width), z: 5 },
        ],
      },
      { replaceMerge: ["series"], lazyUpdate: false },
    );
    part.box.dataset.drawn = `${view.area} ${lang} ${drawn.length}`;
  }
}

// What the map shows whole: the nation for itself and for lists, a province, a prefecture for itself and for its counties.
function framed(tree, area) {
  if (tree.level(area) === "list") return NATION;
  return tree.level(area) === "county" && tree.parent(area) ? (tree.parent(area) === NATION ? area : tree.parent(area)) : area;
}

const outsideName = (tree, code, outside) => tree.english?.[code]?.[1] ?? outside[code].name;

function labelOutside(tree, code, outside, layout) {
  const name = tree.english?.[code]?.[0] ?? barestName(outside[code].name);
  const at = outside[code].places.map((_, n) => layout.at.get(`${code}/${n}`));
  return [name, Math.max(...at.map(([x]) => x)) + layout.step * 0.8, at.reduce((sum, [, y]) => sum + y, 0) / at.length, "outside"];
}

function tooltip(tree, code, counties, outside) {
  if (code in outside) return tip(outsideName(tree, code, outside), [[t("map.outside"), ""]]);
  const where = tree.path(code).slice(1).map((each) => tree.name(each)).join(" · ");
  const n = counties[code] ?? null;
  return tip(where, [[t("map.out"), n === null ? t("silent") : number(n)]]);
}

// A click goes one level further down towards the county that was clicked.
function target(tree, area, county) {
  const path = tree.path(county);
  const at = path.indexOf(area);
  if (at < 0) return tree.level(area) === "list" || path[1] !== tree.province(area) ? path[1] : county;
  return path[Math.min(at + 1, path.length - 1)];
}

function tableRows({ counties, tree, view }, outside) {
  if (!counties || !tree) return [];
  const within = tree.level(view.area) === "list" ? view.area : framed(tree, view.area);
  const lines = tree.counties(within).map((code) => [code, counties[code] ?? null]);
  lines.sort((a, b) => (a[1] === null) - (b[1] === null) || b[1] - a[1]);
  const where = (code) => [...tree.path(code).slice(1, -1).map((each) => tree.listed(each)), tree.name(code)].join(" ");
  const rows = lines.map(([code, n]) => [where(code), n === null ? t("silent") : number(n)]);
  return within === NATION ? [...rows, ...Object.keys(outside).map((code) => [outsideName(tree, code, outside), t("map.outside")])] : rows;
}

function summary(root) {
  const made = [["map.out", (c) => c.out_of_school], ["map.poor", (c) => c.poor], ...OF_STATUS.map((key) => [`status.${key}`, (c) => c.by_status[key]])];
  const figures = made.map(([key, of]) => ({ key, of, label: el("dt"), value: told("") }));
  const stated = { label: el("dt"), value: told("") };
  const line = el("div", { "data-sum": "stated", hidden: true }, stated.label, el("dd", {}, stated.value));
  root.append(el("dl", { class: "sums" }, ...figures.map(({ key, label, value }) => el("div", { "data-sum": key }, label, el("dd", {}, value))), line));
  return (counts, lang) => {
    for (const { key, of, label, value } of figures) {
      write(label, t(key));
      if (counts) write(value, counts.out_of_school === null ? t("silent") : shown(of(counts), counts));
    }
    line.hidden = !counts?.stated;
    if (counts?.stated) [write(stated.label, saidOn(counts.stated, lang)), write(stated.value, saidNumber(counts.stated))];
  };
}

const shown = (n, counts) => (n === null ? t(`withheld.${withheld(counts)}`) : number(n));

// What a county stated itself, and by how much that differs from what is counted; above counties, of all that stated anything.
const saidOn = (stated, lang) => (stated.counties === undefined ? t("stated.on", { day: day(stated.day, lang, "short-year") }) : t("stated.by", { n: number(stated.counties) }));
const saidNumber = (stated) => (stated.difference === 0 ? t("stated.same", { n: number(stated.out_of_school) }) : t("stated.differs", { n: number(stated.out_of_school), difference: signed(stated.difference) }));

function legended(root, steps, whole) {
  const names = [["0", 0], ...steps.map((_, at) => [rangeOf(at, steps, (n) => t("map.more", { n: number(n) })), shadeOf(at + 1, steps)])];
  const keys = names.map(([name, shade]) => el("span", { class: `key shade-${shade}` }, name));
  const more = [el("span", { class: "key silent" }, t("silent")), el("span", { class: "key watched" }, t("map.watched"))];
  if (whole) more.push(el("span", { class: "key outside" }, t("map.outside")));
  const all = [...keys, ...more];
  const marks = (nodes) => [...nodes].map((node) => node.className + node.textContent).join();
  if (marks(root.children) !== marks(all)) root.replaceChildren(...all);
}

// The nation in hexagons, one for each county: the fewer children are out of school, the darker it grows.
import { NATION } from "../address.js";
import { charted, FONT, ink, small, tip, TOOLTIP } from "../charts.js";
import { STEPS, step } from "../counts.js";
import { el, told, write } from "../dom.js";
import { number } from "../figures.js";
import { corners, fitted, middle } from "../hexes.js";
import { barestName, shortName } from "../tree.js";
import { t } from "../words.js";
import { tabled } from "./tabled.js";
import { areaName } from "./trail.js";

const OF_AREA = [["out", (c) => c.out_of_school], ["poor", (c) => c.poor]];
const OF_STATUS = ["suspected", "returned", "on_leave"];
// From this size of a hexagon on, in pixels, there is room for its name and number.
const NAME_FROM = 56;

export function map(root, { go, places, toggle }) {
  const part = tabled(root, { name: "map", toggle });
  const figures = summary(part.aside);
  const legend = el("p", { class: "legend" });
  part.frame.append(legend);
  let state = null;
  let last = [];
  const drawing = charted(part.box, (chart, size) => state && paint(chart, size, state));
  drawing.chart.on("click", ({ value }) => value && go(target(state.tree, state.view.area, value[0])));
  return (now) => {
    const { counts, map: numbers, tree, view, lang } = now;
    const name = areaName(tree, view.area);
    state = now;
    figures(counts);
    legended(legend);
    part.draw({
      heading: name,
      label: t("map.label", { area: name }),
      summary: t("map.table", { area: name }),
      columns: [t("rank.name"), t("rank.count")],
      rows: () => tableRows(now),
      shown: view.tables.includes("map"),
    });
    const facts = [numbers, tree, view, lang];
    if (numbers && tree && facts.some((fact, at) => fact !== last[at])) drawing.again();
    last = facts;
  };

  function paint(chart, { width, height }, { map: numbers, tree, view, lang }) {
    if (!numbers || !tree) return;
    const frame = framed(tree, view.area);
    const marked = new Set(tree.counties(view.area));
    const layout = fitted(places, tree.counties(frame), { width, height, margin: 8 });
    const hexes = [...layout.at.keys()].map((code) => hex(code, layout, numbers.out_of_school[code], marked.has(code), tree, view));
    const groups = layout.step < NAME_FROM ? tree.children(frame).filter((code) => frame === NATION || tree.level(code) !== "county") : [];
    const labels = groups.map((code) => [barestName(tree.name(code)), ...middle(layout.at, tree.counties(code))]);
    chart.setOption(
      {
        animation: false,
        tooltip: { ...TOOLTIP, formatter: ({ value }) => value && tooltip(tree, value[0], numbers) },
        series: [
          { type: "custom", coordinateSystem: "none", data: hexes.map(({ code }) => [code]), renderItem: (params) => hexes[params.dataIndex].drawn },
          { type: "custom", coordinateSystem: "none", silent: true, data: labels, renderItem: (params) => groupLabel(labels[params.dataIndex]), z: 5 },
        ],
      },
      { replaceMerge: ["series"], lazyUpdate: false },
    );
    part.box.dataset.drawn = `${view.area} ${lang} ${hexes.length}`;
  }
}

// What the map shows whole: the nation for itself and for lists, a province, a prefecture for itself and for its counties.
function framed(tree, area) {
  if (tree.level(area) === "list") return NATION;
  return tree.level(area) === "county" && tree.parent(area) ? (tree.parent(area) === NATION ? area : tree.parent(area)) : area;
}

function hex(code, { at, step: across }, n, marked, tree, view) {
  const silent = n === null || n === undefined;
  const watched = tree.watched.has(code);
  const current = code === view.area;
  const fill = silent ? ink("ground") : ink(`map-${step(n)}`);
  const stroke = current ? ink("text") : watched && marked ? ink("out") : silent ? ink("text-3") : "transparent";
  const shape = { points: corners(at.get(code), across, watched || silent || current ? 0.86 : 0.93) };
  const style = { fill, stroke, lineWidth: current ? 3 : watched ? Math.min(2.5, Math.max(1, across / 14)) : 1, opacity: marked ? 1 : 0.28, lineDash: silent ? [2, 2] : null };
  const polygon = { type: "polygon", shape, style, emphasis: { style: { stroke: ink("text"), lineWidth: 2 } } };
  if (across < NAME_FROM) return { code, drawn: polygon };
  const [x, y] = at.get(code);
  const text = silent ? t("silent") : number(n);
  const dark = !silent && step(n) >= 3;
  const label = (content, size, down, weight) => ({
    type: "text",
    silent: true,
    style: { text: content, x, y: y + down, fill: marked ? ink(dark ? "ground" : "text") : ink("text-3"), font: `${weight} ${size}px ${FONT}`, align: "center", verticalAlign: "middle" },
  });
  const size = Math.max(11, across * (silent ? 0.14 : 0.26));
  const lines = broken(shortName(tree.name(code)), Math.floor((across * 0.9) / nameSize(across)));
  const low = across * [0, 0, 0.05, 0.13][lines.length];
  const names = lines.map((line, at) => label(line, nameSize(across), low - across * 0.12 - (lines.length - 1 - at) * nameSize(across) * 1.15, 400));
  return { code, drawn: { type: "group", children: [polygon, ...names, label(text, size, low + across * (lines.length > 2 ? 0.17 : 0.2), 500)] } };
}

const nameSize = (across) => Math.max(11, across * 0.15);

// A name in one to three lines of about one length, of at most so many characters if that is enough.
function broken(name, most) {
  const lines = Math.min(3, Math.ceil(name.length / most));
  const length = Math.ceil(name.length / lines);
  return Array.from({ length: lines }, (_, at) => name.slice(at * length, (at + 1) * length)).filter(Boolean);
}

function groupLabel([text, x, y]) {
  const size = small();
  return {
    type: "text",
    style: { text, x, y, fill: ink("text"), font: `500 ${size}px ${FONT}`, align: "center", verticalAlign: "middle", stroke: ink("ground"), lineWidth: 3.5 },
  };
}

function tooltip(tree, code, numbers) {
  const n = numbers.out_of_school[code];
  const where = tree.path(code).slice(1).map((each) => tree.name(each)).join(" · ");
  return tip(where, [[t("map.out"), n === null || n === undefined ? t("silent") : number(n)]]);
}

// A click goes one level further down towards the county that was clicked.
function target(tree, area, county) {
  const path = tree.path(county);
  const at = path.indexOf(area);
  if (at < 0) return tree.level(area) === "list" || path[1] !== tree.province(area) ? path[1] : county;
  return path[Math.min(at + 1, path.length - 1)];
}

function tableRows({ map: numbers, tree, view }) {
  if (!numbers || !tree) return [];
  const within = tree.level(view.area) === "list" ? view.area : framed(tree, view.area);
  const lines = tree.counties(within).map((code) => [code, numbers.out_of_school[code] ?? null]);
  lines.sort((a, b) => (a[1] === null) - (b[1] === null) || b[1] - a[1]);
  return lines.map(([code, n]) => [tree.path(code).slice(1).map((each) => tree.name(each)).join(" "), n === null ? t("silent") : number(n)]);
}

function summary(root) {
  const made = [...OF_AREA.map(([key, of]) => [`map.${key}`, of]), ...OF_STATUS.map((key) => [`status.${key}`, (c) => c.by_status[key]])];
  const figures = made.map(([key, of]) => ({ key, of, label: el("dt"), value: told("") }));
  root.append(el("dl", { class: "sums" }, ...figures.map(({ key, label, value }) => el("div", { "data-sum": key }, label, el("dd", {}, value)))));
  return (counts) => {
    for (const { key, of, label, value } of figures) {
      write(label, t(key));
      const n = counts && (counts.out_of_school === null ? null : of(counts));
      if (counts) write(value, n === null ? t("silent") : number(n));
    }
  };
}

function legended(root) {
  const names = ["0", ...STEPS.map((least, at) => (at < STEPS.length - 1 ? `${least}–${STEPS[at + 1] - 1}` : t("map.more", { n: least })))];
  const keys = names.map((name, at) => el("span", { class: `key step-${at}` }, name));
  const more = [el("span", { class: "key silent" }, t("silent")), el("span", { class: "key watched" }, t("map.watched"))];
  if (root.textContent !== [...keys, ...more].map((each) => each.textContent).join("")) root.replaceChildren(...keys, ...more);
}

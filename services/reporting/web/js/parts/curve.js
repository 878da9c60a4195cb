// The curve: the stock at the end of each day, and below it what was new and who returned.
import { charted, FONT, ink, small, tip, TOOLTIP } from "../charts.js";
import { ofTheLedger } from "../counts.js";
import { el, still, write } from "../dom.js";
import { day, number } from "../figures.js";
import { t } from "../words.js";
import { tabled } from "./tabled.js";
import { areaName } from "./trail.js";

const fresh = (d) => d.newly_out + d.out_again;
const gone = (d) => d.removed + d.excused;
const NOTHING = { newly_out: 0, out_again: 0, returned: 0, removed: 0, excused: 0 };
const DAY = 86_400_000;

export function curve(root, { toggle }) {
  const part = tabled(root, { name: "curve", toggle });
  const keys = ["stock", "new", "returned"].map((name) => [name, el("span", { class: `key ${name}` })]);
  const empty = el("p", { class: "empty" });
  part.aside.append(el("p", { class: "legend" }, ...keys.map(([, key]) => key)));
  part.frame.append(empty);
  let state = null;
  let last = [];
  const drawing = charted(part.box, (chart, size) => state?.flows && paint(chart, size, state));
  return (now) => {
    const { flows, counts, view, lang, tree } = now;
    const name = areaName(tree, view.area);
    state = now;
    for (const [key, node] of keys) write(node, t(`curve.${key}`));
    write(empty, t("curve.empty"));
    empty.hidden = !flows || flows.days.length > 0;
    part.box.hidden = !empty.hidden;
    part.draw({
      heading: t("curve.title"),
      label: t("curve.label", { area: name }),
      summary: t("curve.table", { area: name }),
      columns: ["curve.day", "curve.stock", "curve.new", "curve.returned", "curve.other"].map((key) => t(key)),
      rows: () => ofTheLedger(flows?.days ?? []).reverse().map((d) => [d.day, ...[d.stock, fresh(d), d.returned, gone(d)].map(number)]),
      shown: view.tables.includes("curve"),
    });
    const facts = [flows, lang, counts?.out_of_school];
    if (facts.some((fact, at) => fact !== last[at])) drawing.again();
    last = facts;
  };

  function paint(chart, { width, height }, { flows, counts, lang }) {
    const size = small();
    const days = upToNow(ofTheLedger(flows.days), counts);
    const at = (d) => Date.parse(`${d.day}T00:00:00Z`);
    const label = { color: ink("text-3"), fontFamily: FONT, fontSize: size };
    const [left, right] = [size * 4.4, size * 5.2];
    const most = round(Math.max(1, ...days.map((d) => Math.max(fresh(d), d.returned))));
    const span = days.length ? (at(days.at(-1)) - at(days[0])) / DAY : 1;
    const bar = Math.max(1, Math.min(9, ((width - left - right) / Math.max(1, span)) * 0.72));
    const months = firsts(days.map(at), (width - left - right) / (size * 4));
    const time = (index, shown) => ({
      type: "time",
      gridIndex: index,
      axisLine: { lineStyle: { color: ink("rule-strong") } },
      axisTick: { show: false },
      axisLabel: { ...label, show: shown, customValues: months, formatter: (value) => axisDay(value, lang), margin: size * 0.6 },
      splitLine: { show: false },
      axisPointer: { lineStyle: { color: ink("text-3") }, label: { show: false } },
    });
    const value = (index, more) => ({ type: "value", gridIndex: index, axisLabel: { ...label, ...more.axisLabel }, splitNumber: 2, splitLine: { lineStyle: { color: ink("rule") } }, ...more.rest });
    const lower = Math.round(height * 0.3);
    const top = size * 0.9;
    const middle = height - lower - size * 2;
    chart.setOption(
      {
        animation: !still.matches,
        animationDurationUpdate: 300,
        animationDuration: 0,
        textStyle: { fontFamily: FONT },
        axisPointer: { link: [{ xAxisIndex: "all" }] },
        tooltip: { ...TOOLTIP, trigger: "axis", formatter: (points) => tooltip(days[points[0].dataIndex], lang) },
        grid: [
          { left, right, top, height: middle - top - size * 0.6 },
          { left, right, top: middle + size * 0.4, height: lower },
        ],
        xAxis: [time(0, false), time(1, true)],
        yAxis: [
          value(0, { axisLabel: { formatter: (n) => number(n) }, rest: { min: 0 } }),
          value(1, { axisLabel: { formatter: (n) => (n === 0 ? "0" : number(Math.abs(n))), hideOverlap: true }, rest: { min: -most, max: most, interval: most } }),
        ],
        series: [
          line(days.map((d) => [at(d), d.stock]), size),
          bars(t("curve.new"), days.map((d) => [at(d), fresh(d)]), ink("out"), bar),
          bars(t("curve.returned"), days.map((d) => [at(d), -d.returned]), ink("back"), bar),
        ],
      },
      { replaceMerge: ["series"] },
    );
    part.box.dataset.drawn = `${flows.area.code} ${lang} ${days.length}`;
  }
}

function line(data, size) {
  return {
    type: "line",
    data,
    showSymbol: false,
    step: false,
    lineStyle: { color: ink("stock"), width: Math.max(1.6, size / 7) },
    itemStyle: { color: ink("stock") },
    areaStyle: { color: ink("stock"), opacity: 0.09 },
    endLabel: { show: true, formatter: ({ value }) => number(value[1]), color: ink("stock"), fontFamily: FONT, fontSize: size * 1.25, fontWeight: 600, distance: size * 0.5 },
    emphasis: { disabled: true },
  };
}

const bars = (name, data, color, barWidth) => ({
  type: "bar", name, data, barWidth, barGap: "-100%", xAxisIndex: 1, yAxisIndex: 1, itemStyle: { color }, emphasis: { disabled: true },
});

// The days with the stock of this moment at their end: the counts are told at once, the days only every few seconds.
function upToNow(days, counts) {
  if (!counts || counts.out_of_school === null || !days.length || !counts.as_of.event_time) return days;
  const [last, today] = [days.at(-1), counts.as_of.event_time.slice(0, 10)];
  if (today < last.day) return days;
  const now = { ...NOTHING, ...(today === last.day ? last : {}), day: today, stock: counts.out_of_school };
  return today === last.day ? [...days.slice(0, -1), now] : [...days, now];
}

// The next of 1, 2, 5, 10, 20, 50 … for an axis to end at.
function round(n) {
  const power = 10 ** Math.floor(Math.log10(n));
  return [1, 2, 5, 10].map((each) => each * power).find((each) => each >= n);
}

// The first days of as many months as have room, in even steps from January on.
function firsts(moments, room) {
  if (!moments.length) return [];
  const [begin, end] = [new Date(moments[0]), moments.at(-1)];
  const all = [];
  for (let month = begin.getUTCMonth() + 1; Date.UTC(begin.getUTCFullYear(), month) <= end; month += 1) all.push(Date.UTC(begin.getUTCFullYear(), month));
  const every = [1, 2, 3, 6, 12].find((each) => all.length / each <= room) ?? 12;
  return all.filter((moment) => new Date(moment).getUTCMonth() % every === 0);
}

function axisDay(value, lang) {
  const [year, month] = [new Date(value).getUTCFullYear(), new Date(value).getUTCMonth() + 1];
  if (lang === "zh") return month === 1 ? `${year}年` : `${month}月`;
  return month === 1 ? String(year) : new Intl.DateTimeFormat("en-GB", { month: "short", timeZone: "UTC" }).format(value);
}

const tooltip = (d, lang) =>
  tip(day(d.day, lang), [
    [t("curve.stock"), number(d.stock)],
    [t("curve.new"), number(fresh(d))],
    [t("curve.returned"), number(d.returned)],
    [t("curve.other"), number(gone(d))],
  ]);

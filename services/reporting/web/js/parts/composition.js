// What the children out of school are made of: causes, stages, registered-poor households.
import { el, told, write } from "../dom.js";
import { parts, withheld } from "../counts.js";
import { number, percent } from "../figures.js";
import { t } from "../words.js";

export function composition(root) {
  const reasons = table(root, "make.reasons", "reasons");
  const stages = table(root, "make.stages", "stages");
  const poor = table(root, "make.poor", "poor");
  return ({ counts }) => {
    if (!counts) return;
    const why = counts.out_of_school === null ? "make.silent" : withheld(counts) ? `make.${withheld(counts)}` : "make.empty";
    reasons(counts.by_reason, (key) => t(`reason.${key}`), why);
    stages(counts.by_stage, (key) => t(`stage.${key}`), why);
    const households = counts.poor === null ? null : { poor: counts.poor, others: counts.out_of_school - counts.poor };
    poor(households, (key) => t(key === "poor" ? "rank.poor" : "make.others"), why, false);
  };
}

// A table whose rows are bars: it is the chart and its own table.
function table(root, title, name) {
  const caption = el("caption");
  const head = ["make.kind", "make.count", "make.share"].map((key) => [key, el("th", { scope: "col", class: "unseen" })]);
  const body = el("tbody");
  const empty = el("p", { class: "empty", hidden: true });
  const whole = el("table", { class: `bars ${name}` }, caption, el("thead", {}, el("tr", {}, ...head.map(([, cell]) => cell))), body);
  root.append(el("div", { class: "block" }, whole, empty));
  const rows = new Map();
  // counts: null where they are not told; why there is nothing to see, if so, as a key.
  return (counts, label, why, sorted = true) => {
    write(caption, t(title));
    for (const [key, cell] of head) write(cell, t(key));
    const { whole: all, lines } = parts(counts ?? {});
    if (!sorted) lines.sort((a, b) => Object.keys(counts).indexOf(a.key) - Object.keys(counts).indexOf(b.key));
    write(empty, t(why));
    empty.hidden = all !== 0;
    body.hidden = all === 0;
    const most = Math.max(1, ...lines.map((line) => line.n));
    lines.forEach((line, at) => {
      const row = rows.get(line.key) ?? added(line.key);
      write(row.label, label(line.key));
      write(row.count, number(line.n));
      write(row.share, line.share === null ? "–" : percent(line.share, 1));
      row.line.classList.toggle("none", line.n === 0);
      row.line.style.setProperty("--share", String(Math.max(0, line.n) / most));
      if (body.children[at] !== row.line) body.insertBefore(row.line, body.children[at] ?? null);
    });
  };

  function added(key) {
    const row = { label: el("th", { scope: "row" }), count: told(""), share: told("") };
    row.line = el("tr", { "data-key": key }, row.label, el("td", {}, row.count), el("td", { class: "share" }, row.share));
    rows.set(key, row);
    return row;
  }
}

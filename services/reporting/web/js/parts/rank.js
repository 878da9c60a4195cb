// Areas in ranked order: a list of links that arrow keys walk through. The same part shows the level below and the 52 counties.
import { el, told, write } from "../dom.js";
import { ranked } from "../counts.js";
import { number } from "../figures.js";
import { t } from "../words.js";

const KEYS = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity };

// What is drawn: {title, note, lines, current, watched: Set, open: code -> address, heading and hint: where the title leads, if anywhere}; a
// line is {code, name, full, out_of_school (null: never reported), counties, reporting}.
export function rank(root, { name }) {
  const heading = el("h2", { id: `${name}-title` });
  const note = el("p", { class: "note" });
  const list = el("ol", { class: "areas", "aria-labelledby": `${name}-title` });
  root.setAttribute("aria-labelledby", `${name}-title`);
  root.append(el("header", {}, heading, note), list);
  const rows = new Map();
  let here = null;
  let lastOpened = null;

  list.addEventListener("keydown", (event) => {
    if (!(event.key in KEYS)) return;
    const links = [...list.querySelectorAll("a")];
    const at = links.indexOf(document.activeElement);
    links[Math.max(0, Math.min(links.length - 1, at + KEYS[event.key]))]?.focus();
    event.preventDefault();
  });
  list.addEventListener("focusin", (event) => rove(event.target.dataset.code));

  function rove(code) {
    here = code;
    for (const [each, row] of rows) row.link.tabIndex = each === code ? 0 : -1;
  }

  return { draw: drawn, enter: () => rows.get(here)?.link.focus() };

  function drawn(view) {
    const held = list.contains(document.activeElement);
    write(note, view.note);
    if (view.heading) heading.replaceChildren(el("a", { href: view.heading, title: view.hint }, view.title));
    else write(heading, view.title);
    const lines = ranked(view.lines);
    const most = Math.max(1, ...lines.map((line) => line.out_of_school ?? 0));
    const shown = new Set(lines.map((line) => line.code));
    for (const [code, row] of rows) if (!shown.has(code)) row.item.remove(), rows.delete(code);
    lines.forEach((line, at) => {
      const row = rows.get(line.code) ?? made(line.code);
      draw(row, line, at, most, view);
      if (list.children[at] !== row.item) place(row.item, at);
    });
    // After the way up one stands at the area that one came from, after the way down at the first below it.
    if (!rows.has(here)) rove(rows.has(lastOpened) ? lastOpened : lines[0]?.code);
    if (held && !list.contains(document.activeElement)) rows.get(here)?.link.focus({ preventScroll: true });
    lastOpened = view.current;
  }

  function made(code) {
    const row = { rank: el("span", { class: "at" }), name: el("span", { class: "name" }), lack: el("span", { class: "lack" }), count: told("", "count") };
    row.link = el("a", { tabindex: "-1", "data-code": code }, row.rank, row.name, row.lack, row.count, el("span", { class: "bar", "aria-hidden": "true" }));
    row.item = el("li", {}, row.link);
    rows.set(code, row);
    return row;
  }

  // Moving an element takes the focus from it, which stays where somebody is reading.
  function place(item, at) {
    const held = item.contains(document.activeElement) ? document.activeElement : null;
    list.insertBefore(item, list.children[at] ?? null);
    held?.focus({ preventScroll: true });
  }
}

function draw(row, line, at, most, view) {
  const silent = line.out_of_school === null;
  const lacking = line.counties - line.reporting;
  const watched = view.watched.has(line.code);
  row.link.href = view.open(line.code);
  row.link.classList.toggle("silent", silent);
  row.link.classList.toggle("watched", watched);
  row.link.toggleAttribute("aria-current", line.code === view.current);
  row.link.title = [line.full, watched ? t("rank.watched") : ""].filter(Boolean).join(" · ");
  write(row.rank, silent ? "–" : String(at + 1));
  write(row.name, line.name);
  write(row.lack, !silent && lacking ? t("rank.partly", { n: lacking }) : "");
  write(row.count, silent ? t("silent") : number(line.out_of_school), { flash: true });
  row.link.style.setProperty("--share", silent ? "0" : String(Math.max(0, line.out_of_school) / most));
}

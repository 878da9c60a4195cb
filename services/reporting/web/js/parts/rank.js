// Areas in ranked order: a list of links that arrow keys walk through. The same part shows the level below and the 52 counties.
import { el, told, write } from "../dom.js";
import { isSilent, ranked } from "../counts.js";
import { number } from "../figures.js";
import { t } from "../words.js";

const KEYS = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity };

// What is drawn: {title, note, children, current, watched: Set, open: code -> address, heading and hint: where the title leads, if anywhere}.
export function rank(root, { name }) {
  const heading = el("h2", { id: `${name}-title` });
  const note = el("p", { class: "note" });
  const list = el("ol", { class: "areas", "aria-labelledby": `${name}-title` });
  root.setAttribute("aria-labelledby", `${name}-title`);
  root.append(el("header", {}, heading, note), list);
  const rows = new Map();
  let here = null;

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

  return (view) => {
    write(note, view.note);
    if (view.heading) heading.replaceChildren(el("a", { href: view.heading, title: view.hint }, view.title));
    else write(heading, view.title);
    const children = ranked(view.children ?? []);
    const most = Math.max(1, ...children.map((child) => child.out_of_school ?? 0));
    const shown = new Set(children.map((child) => child.code));
    for (const [code, row] of rows) if (!shown.has(code)) row.item.remove(), rows.delete(code);
    children.forEach((child, at) => {
      const row = rows.get(child.code) ?? made(child.code);
      draw(row, child, at, most, view);
      if (list.children[at] !== row.item) place(row.item, at);
    });
    if (!rows.has(here)) rove(children[0]?.code);
  };

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

function draw(row, child, at, most, view) {
  const silent = isSilent(child);
  const lacking = child.coverage ? child.coverage.counties - child.coverage.reporting : 0;
  row.link.href = view.open(child.code);
  row.link.classList.toggle("silent", silent);
  row.link.classList.toggle("watched", view.watched.has(child.code));
  row.link.toggleAttribute("aria-current", child.code === view.current);
  row.link.title = view.watched.has(child.code) ? t("rank.watched") : "";
  write(row.rank, silent ? "–" : String(at + 1));
  write(row.name, child.name);
  write(row.lack, !silent && lacking ? t("rank.partly", { n: lacking }) : "");
  write(row.count, silent ? t("silent") : number(child.out_of_school), { flash: true });
  row.link.style.setProperty("--share", silent ? "0" : String(Math.max(0, child.out_of_school) / most));
}

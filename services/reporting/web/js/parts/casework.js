// Cases and aid of the area: how many files stand where, and which grants of how much money.
import { withheld } from "../counts.js";
import { el, told, write } from "../dom.js";
import { money, number } from "../figures.js";
import { t } from "../words.js";

const CASE_STATES = ["open", "persuading", "returned", "closed"];
const GRANT_STATES = ["due", "paid", "suspended", "ended"];

export function casework(root) {
  const cases = block(root, "cases");
  const tiles = CASE_STATES.map((state) => tile(cases.body, state));
  const overdue = tile(cases.body, "overdue");
  const aid = block(root, "aid");
  const head = ["work.state", "work.grants", "work.money"].map((key) => [key, el("th", { scope: "col" })]);
  const body = el("tbody");
  const table = el("table", { class: "grants" }, el("thead", {}, el("tr", {}, ...head.map(([, cell]) => cell))), body);
  const empty = el("p", { class: "empty", hidden: true });
  aid.body.replaceWith(table, empty);
  return ({ counts, lang }) => {
    if (!counts) return;
    write(cases.title, t("work.cases"));
    write(cases.note, t("work.files"));
    const { by_state: states, overdue: late } = counts.cases;
    // A child whose file waits for the second office is still observed.
    const shown = { ...states, returned: states.returned + states.closing };
    for (const [at, state] of CASE_STATES.entries()) tiles[at](t(`case.${state}`), shown[state]);
    overdue(t("work.overdue"), late);
    write(aid.title, t("work.aid"));
    for (const [key, cell] of head) write(cell, t(key));
    // Who gets aid is poor: where so few children are out of school, aid is told no more than poverty is.
    const known = counts.relief !== null;
    body.replaceChildren(...Object.entries(counts.relief ?? {}).flatMap(([scheme, grants]) => lines(scheme, grants, lang)));
    write(aid.note, Object.keys(counts.relief ?? {}).map((scheme) => t(`scheme.${scheme}`)).join(" · "));
    table.hidden = !known;
    empty.hidden = known;
    write(empty, known ? "" : t(`make.${withheld(counts)}`));
  };
}

function block(root, name) {
  const part = { title: el("h2"), note: el("p", { class: "note" }), body: el("dl", { class: name }) };
  root.append(el("div", { class: "block" }, el("header", {}, part.title, part.note), part.body));
  return part;
}

function tile(root, name) {
  const [label, value] = [el("dt"), told("", name)];
  root.append(el("div", { "data-state": name }, label, el("dd", {}, value)));
  return (text, n) => {
    write(label, text);
    write(value, number(n), { flash: true });
    value.classList.toggle("some", n > 0);
  };
}

function lines(scheme, grants, lang) {
  return GRANT_STATES.map((state) => {
    const { grants: n, fen } = grants[state];
    const cells = [number(n), money(fen, lang)].map((text) => el("td", {}, told(text)));
    return el("tr", { "data-state": state, "data-scheme": scheme }, el("th", { scope: "row", text: t(`grant.${state}`) }), ...cells);
  });
}

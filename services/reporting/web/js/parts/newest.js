// The newest changes of the area: a county, a kind of change, a number. Never an identity.
import { inOrderOfTime } from "../counts.js";
import { el, refill, told, write } from "../dom.js";
import { day, number } from "../figures.js";
import { t } from "../words.js";

export function newest(root, { open }) {
  const title = el("h2", { id: "newest-title" });
  const note = el("p", { class: "note" });
  const list = el("ol", { class: "changes" });
  const empty = el("p", { class: "empty" });
  root.setAttribute("aria-labelledby", "newest-title");
  root.append(el("header", {}, title, note), list, empty);
  let drawn = "";
  return ({ newest: changes, lang, view, tree }) => {
    write(title, t("newest.title"));
    write(note, t("newest.note"));
    write(empty, t("newest.empty"));
    empty.hidden = Boolean(changes?.length);
    const now = JSON.stringify([lang, view, Boolean(tree), changes]);
    if (now === drawn || !changes) return;
    drawn = now;
    refill(list, ...inOrderOfTime(changes).map((change) => line(change, lang, tree, open)));
  };
}

function line({ county, name, day: when, flow, n }, lang, tree, open) {
  const key = `${county} ${when} ${flow}`;
  return el(
    "li",
    { "data-flow": flow },
    el("time", { datetime: when, text: day(when, lang, "short") }),
    el("a", { href: open(county), "data-key": key, text: tree?.has(county) ? tree.listed(county) : name }),
    el("span", { class: "flow", text: t(`flow.${flow}`) }),
    told(number(n)),
  );
}

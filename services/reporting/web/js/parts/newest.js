// The newest changes of the area: a county, a kind of change, a number. Never an identity.
import { el, told, write } from "../dom.js";
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
  return ({ newest: changes, lang, view }) => {
    write(title, t("newest.title"));
    write(note, t("newest.note"));
    write(empty, t("newest.empty"));
    empty.hidden = Boolean(changes?.length);
    const now = lang + JSON.stringify([view, changes]);
    if (now === drawn || !changes) return;
    drawn = now;
    list.replaceChildren(...changes.map((change) => line(change, lang, open)));
  };
}

function line({ county, name, day: when, flow, n }, lang, open) {
  return el(
    "li",
    { "data-flow": flow },
    el("time", { datetime: when, text: day(when, lang, "short") }),
    el("a", { href: open(county), text: name }),
    el("span", { class: "flow", text: t(`flow.${flow}`) }),
    told(number(n)),
  );
}

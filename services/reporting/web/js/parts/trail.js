// Where one is: from the nation down to the area, each a link, and the way up.
import { addressOf } from "../address.js";
import { el, write } from "../dom.js";
import { other, t } from "../words.js";

// The name to show of an area: lists and the nation have one in each language, areas only the Chinese one.
export const areaName = (tree, code) => {
  const own = t(`area.${code}`);
  return own === `area.${code}` ? (tree?.name(code) ?? code) : own;
};

export function trail(root, { open }) {
  let drawn = "";
  return ({ tree, view, lang }) => {
    const path = tree ? tree.path(view.area) : [view.area];
    const now = `${lang} ${path.join(" ")} ${tree ? 1 : 0} ${view.tables}`;
    if (now === drawn) return;
    drawn = now;
    const items = path.map((code, at) => {
      const last = at === path.length - 1;
      return el("li", {}, el("a", { href: open(code), "aria-current": last ? "page" : null, "data-code": code, text: areaName(tree, code) }));
    });
    const up = path.length > 1 ? el("a", { class: "up", href: open(path.at(-2)), title: t("trail.up"), "aria-label": t("trail.up"), text: "↑" }) : null;
    root.replaceChildren(el("ol", {}, ...items), ...(up ? [up] : []));
  };
}

// The other language, one click away.
export function tongue(root) {
  return ({ view }) => {
    write(root, t("tongue.other"));
    root.href = addressOf({ ...view, lang: other() });
    root.lang = other() === "zh" ? "zh-CN" : "en";
    root.setAttribute("aria-label", t("tongue.label"));
  };
}

// Where one is: from the nation down to the area, each a link, and the way up.
import { addressOf } from "../address.js";
import { el, refill, write } from "../dom.js";
import { other, t } from "../words.js";

// The name to show of an area: those of lists and the nation are words of the page, those of areas the tree knows.
export const areaName = (tree, code) => {
  const own = t(`area.${code}`);
  return own === `area.${code}` ? (tree?.name(code) ?? code) : own;
};

const listedName = (tree, code) => (tree?.areas.has(code) && tree.level(code) !== "nation" ? tree.listed(code) : areaName(tree, code));

export function trail(root, { open }) {
  let drawn = "";
  return ({ tree, view, lang }) => {
    const path = tree ? tree.path(view.area) : [view.area];
    const now = `${path.map((code) => areaName(tree, code)).join()} ${lang} ${view.tables}`;
    if (now === drawn) return;
    drawn = now;
    const items = path.map((code, at) => {
      const last = at === path.length - 1;
      return el("li", {}, el("a", { href: open(code), "aria-current": last ? "page" : null, "data-code": code, "data-key": code, title: areaName(tree, code), text: listedName(tree, code) }));
    });
    const up = path.length > 1 ? el("a", { class: "up", href: open(path.at(-2)), "data-key": "up", title: t("trail.up"), "aria-label": t("trail.up"), text: "↑" }) : null;
    refill(root, el("ol", {}, ...items), ...(up ? [up] : []));
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

// Says that there is no such area, or that it is one that nothing is counted of. outside: code -> its Chinese name, of the latter.
export function notice(root, outside) {
  return ({ unknown, tree, view }) => {
    root.hidden = unknown === null;
    if (unknown === null) return write(root, "");
    const name = outside[unknown] && (tree?.english?.[unknown]?.[1] ?? outside[unknown].name);
    write(root, name ? t("notice.outside", { area: name }) : t("notice.unknown", { area: unknown }));
    root.lang = view.lang === "en" ? "en" : "zh-CN";
  };
}

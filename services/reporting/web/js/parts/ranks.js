// The two ranked lists: the level below the area, and beside it the 52 counties, or the provinces where those are the area.
import { NATION } from "../address.js";
import { t } from "../words.js";
import { rank } from "./rank.js";

const WATCHED = "watch52";
const NONE = new Set();

// The area whose parts stand in the second list.
export const beside = (area) => (area === WATCHED ? NATION : WATCHED);

export function ranks(first, second, { open }) {
  const [below, aside] = [rank(first, { name: "rank" }), rank(second, { name: "watch" })];
  return ({ counts, beside: other, tree, view, map }) => {
    const watched = tree?.watched ?? NONE;
    const common = { note: t("rank.order"), open, current: view.area };
    below({ ...common, title: heading(tree, view.area), children: parts(counts, tree, view.area, map), watched: view.area === WATCHED ? NONE : watched });
    const area = beside(view.area);
    const title = area === WATCHED ? t("rank.watch") : t("rank.provinces");
    const children = other?.area.code === area ? other.children : [];
    aside({ ...common, title, children, watched: NONE, heading: open(area), hint: area === WATCHED ? t("rank.watch.open") : t("area.100000") });
  };
}

function heading(tree, area) {
  if (!tree || tree.level(area) === "list") return t("rank.list");
  if (tree.level(area) === "county") return t("rank.siblings");
  return t({ province: "rank.provinces", prefecture: "rank.prefectures" }[tree.level(tree.children(area)[0])] ?? "rank.counties");
}

// A county has no level below: the counties beside it, out of the map's numbers.
function parts(counts, tree, area, map) {
  if (!counts) return [];
  if (counts.children.length || !tree || !map) return counts.children;
  const siblings = tree.children(tree.parent(area)).filter((code) => tree.level(code) === "county");
  return siblings.map((code) => ({ code, name: tree.name(code), out_of_school: map.out_of_school[code] ?? null }));
}

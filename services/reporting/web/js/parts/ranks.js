// The two ranked lists: the level below the area, and beside it the 52 counties, or the provinces where those are the area. Both are
// worked out of the numbers of all counties, which the map shows too: so list and map never tell of different moments.
import { NATION } from "../address.js";
import { summed } from "../counts.js";
import { t } from "../words.js";
import { rank } from "./rank.js";
import { areaName } from "./trail.js";

const WATCHED = "watch52";
const NONE = new Set();

export function ranks(first, second, { open }) {
  const [below, aside] = [rank(first, { name: "rank" }), rank(second, { name: "watch" })];
  return { draw, enter: below.enter };

  function draw({ counties, tree, view }) {
    const watched = tree?.watched ?? NONE;
    const common = { note: t("rank.order"), open, current: view.area };
    below.draw({ ...common, title: heading(tree, view.area), lines: lines(counties, tree, members(tree, view.area)), watched: view.area === WATCHED ? NONE : watched });
    // The area whose parts stand in the second list.
    const beside = view.area === WATCHED ? NATION : WATCHED;
    const title = beside === WATCHED ? t("rank.watch") : t("rank.provinces");
    const hint = beside === WATCHED ? t("rank.watch.open") : areaName(tree, NATION);
    aside.draw({ ...common, title, lines: lines(counties, tree, tree?.children(beside) ?? []), watched: NONE, heading: open(beside), hint });
  }
}

function heading(tree, area) {
  if (!tree || tree.level(area) === "list") return t("rank.list");
  if (tree.level(area) === "county") return t("rank.siblings");
  return t({ province: "rank.provinces", prefecture: "rank.prefectures" }[tree.level(tree.children(area)[0])] ?? "rank.counties");
}

// A county has no level below: the counties beside it.
function members(tree, area) {
  if (!tree) return [];
  const children = tree.children(area);
  return children.length ? children : tree.children(tree.parent(area)).filter((code) => tree.level(code) === "county");
}

function lines(counties, tree, codes) {
  if (!counties || !tree) return [];
  return codes.map((code) => ({ code, name: tree.listed(code), full: tree.name(code), ...summed(counties, tree.counties(code)) }));
}

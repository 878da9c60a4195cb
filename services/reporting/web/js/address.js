// The address keeps the view: which area, which language, which charts are shown as tables. Pure. Whether there is such an area the tree knows.
import { FIRST, knows } from "./words.js";

export const NATION = "100000";
const TABLES = ["map", "curve"];
const LONGEST = 32;

export function viewOf(search) {
  const query = new URLSearchParams(search);
  const area = (query.get("area") || NATION).slice(0, LONGEST);
  const lang = query.get("lang") ?? FIRST;
  const tables = (query.get("table") ?? "").split(",").filter((name) => TABLES.includes(name));
  return { area, lang: knows(lang) ? lang : FIRST, tables };
}

export function addressOf(view) {
  const query = new URLSearchParams();
  if (view.area !== NATION) query.set("area", view.area);
  if (view.lang !== FIRST) query.set("lang", view.lang);
  if (view.tables.length) query.set("table", TABLES.filter((name) => view.tables.includes(name)).join(","));
  const text = query.toString().replaceAll("%2C", ",");
  return text ? `?${text}` : "./";
}

export const withTable = (view, name, shown) => ({ ...view, tables: view.tables.filter((each) => each !== name).concat(shown ? [name] : []) });

// The address keeps the view: which area, which language, which charts are shown as tables. Pure.
import { FIRST, knows } from "./words.js";

export const NATION = "100000";
const TABLES = ["map", "curve"];
const isArea = /^(\d{6}|[a-z][a-z0-9]{1,15})$/;

export function viewOf(search) {
  const query = new URLSearchParams(search);
  const area = query.get("area") ?? NATION;
  const lang = query.get("lang") ?? FIRST;
  const tables = (query.get("table") ?? "").split(",").filter((name) => TABLES.includes(name));
  return { area: isArea.test(area) ? area : NATION, lang: knows(lang) ? lang : FIRST, tables };
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

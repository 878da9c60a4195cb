// The areas by code: what is part of what. Pure.
import { NATION } from "./address.js";

export class Tree {
  constructor(document) {
    this.areas = new Map(document.areas.map((area) => [area.code, area]));
    this.lists = document.lists;
    this.watched = new Set(document.lists.watch52 ?? []);
    this.below = new Map();
    for (const area of document.areas) {
      if (area.parent === null) continue;
      if (!this.below.has(area.parent)) this.below.set(area.parent, []);
      this.below.get(area.parent).push(area.code);
    }
  }

  has(code) {
    return this.areas.has(code) || code in this.lists;
  }

  level(code) {
    return this.areas.get(code)?.level ?? "list";
  }

  name(code) {
    return this.areas.get(code)?.name ?? code;
  }

  // From the nation down to the area itself.
  path(code) {
    if (!this.areas.has(code)) return code in this.lists ? [NATION, code] : [NATION];
    const path = [];
    for (let at = code; at; at = this.areas.get(at)?.parent) path.unshift(at);
    return path;
  }

  parent(code) {
    return this.path(code).at(-2) ?? null;
  }

  children(code) {
    return this.lists[code] ?? this.below.get(code) ?? [];
  }

  // All counties in an area; a county has itself.
  counties(code) {
    if (this.lists[code]) return this.lists[code];
    if (this.level(code) === "county") return [code];
    return this.children(code).flatMap((child) => this.counties(child));
  }

  province(code) {
    return this.path(code)[1] ?? null;
  }
}

// 四川, 内蒙古, 凉山, 兵团: a name short enough to stand on a map.
const PEOPLES = "藏族|羌族|彝族|回族|苗族|侗族|土家族|布依族|壮族|白族|傣族|景颇族|傈僳族|哈尼族|朝鲜族|蒙古族?|哈萨克族?|柯尔克孜族?";
const ENDS = new RegExp(`(壮族自治区|回族自治区|维吾尔自治区|自治区|(${PEOPLES})+自治州|自治州|省|市|地区|盟|林区)$`);
export const shortName = (name) => (name.endsWith("兵团") ? "兵团" : name.replace(ENDS, ""));

// The areas by code: what is part of what, and what it is called. Pure.
import { NATION } from "./address.js";

export class Tree {
  // english: code -> the short name and the whole one, or null for Chinese.
  constructor(document, english = null) {
    this.english = english;
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
    return this.english?.[code]?.[1] ?? this.areas.get(code)?.name ?? code;
  }

  // The name in a list: in English the short one.
  listed(code) {
    return this.english?.[code]?.[0] ?? this.name(code);
  }

  // The name on a map.
  mapped(code) {
    return this.english?.[code]?.[0] ?? shortName(this.name(code));
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

// 四川, 内蒙古, 凉山, 罗城, 兵团: a name short enough to stand on a map.
const PEOPLES =
  "各族|蒙古族?|回族|藏族|维吾尔族?|苗族|彝族|壮族|布依族|朝鲜族|满族|侗族|瑶族|白族|土家族|哈尼族|哈萨克族?|傣族|黎族|傈僳族|佤族|畲族|拉祜族|水族|" +
  "东乡族|纳西族|景颇族|柯尔克孜族?|土族|达斡尔族|仫佬族|羌族|布朗族|撒拉族|毛南族|仡佬族|锡伯族?|塔吉克族?|怒族|鄂温克族|保安族|裕固族|独龙族|普米族";
const ENDS = new RegExp(`(特别行政区|壮族自治区|回族自治区|维吾尔自治区|自治区|(${PEOPLES})+自治[州县旗]|自治[州县旗]|省|地区|盟|林区)$`);
// 东乡族自治县 has no name but its people's.
export const shortName = (name) => (name.endsWith("兵团") ? "兵团" : name.replace(ENDS, "") || name.replace(/族?自治[州县旗]$/, ""));
export const barestName = (name) => shortName(name).replace(/市$/, "");

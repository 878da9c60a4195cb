// What the words mean, which keys do what, and how much of the record is counted.
import { el, told, write } from "../dom.js";
import { number } from "../figures.js";
import { t } from "../words.js";

export function foot(root) {
  const [meaning, few, keys, record] = [el("span"), el("span", { class: "few" }), el("span", { class: "keys" }), told("", "record")];
  root.append(meaning, few, keys, record);
  return ({ counts }) => {
    write(meaning, t("foot.meaning"));
    write(few, t("foot.few", { few: t("withheld.few"), cover: t("withheld.cover") }));
    write(keys, t("foot.keys"));
    const offsets = counts ? Object.values(counts.as_of.offsets) : [];
    write(record, counts ? t("foot.record", { n: number(offsets.reduce((sum, offset) => sum + offset, 0)) }) : "");
  };
}

// In a demo the page says that its children are invented.
export function demo(root) {
  return ({ screen }) => {
    root.hidden = !screen?.demo;
    write(root, t("demo"));
  };
}

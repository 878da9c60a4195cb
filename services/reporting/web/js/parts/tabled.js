// A chart and its table in one frame, with the switch between them; the address keeps which of the two is shown.
import { el, told, write } from "../dom.js";
import { t } from "../words.js";

export function tabled(root, { name, toggle }) {
  const title = el("h2", { id: `${name}-title` });
  const aside = el("div", { class: "aside" });
  const button = el("button", { type: "button", class: "switch", on: { click: () => toggle(name) } });
  const box = el("div", { class: "plot", role: "img" });
  const frame = el("div", { class: "frame" }, box);
  const caption = el("caption", { class: "unseen" });
  const [head, body] = [el("thead"), el("tbody")];
  const scroll = el("div", { class: "scroll", tabindex: "0", hidden: true }, el("table", { class: "lines" }, caption, head, body));
  root.setAttribute("aria-labelledby", `${name}-title`);
  root.append(el("header", {}, title, aside, button), frame, scroll);

  // columns: headings; rows: () => arrays of a row heading and numbers as text, asked for only while the table is shown.
  const draw = ({ heading, label, summary, columns, rows, shown }) => {
    write(title, heading);
    write(caption, summary);
    box.setAttribute("aria-label", label);
    scroll.setAttribute("aria-label", summary);
    write(button, t(shown ? "table.hide" : "table.show"));
    button.setAttribute("aria-label", t(shown ? "table.hide.label" : "table.show.label", { title: heading }));
    button.setAttribute("aria-pressed", String(shown));
    scroll.hidden = !shown;
    frame.hidden = shown;
    if (!shown) return;
    head.replaceChildren(el("tr", {}, ...columns.map((text) => el("th", { scope: "col", text }))));
    body.replaceChildren(...rows().map(([first, ...rest]) => el("tr", {}, el("th", { scope: "row", text: first }), ...rest.map((text) => el("td", {}, told(text))))));
  };
  return { box, frame, aside, draw };
}

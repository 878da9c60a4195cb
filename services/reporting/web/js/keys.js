// The keys of the page: Escape leads back, arrows into the list from anywhere.
import { withTable } from "./address.js";

const ARROWS = ["ArrowDown", "ArrowUp"];

// state: the page's, of which the view and the tree are read.
export function keys(state, { go, enter }) {
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") back();
    else if (ARROWS.includes(event.key) && document.activeElement === document.body && !scrolls()) {
      event.preventDefault();
      enter();
    }
  });

  // A table is closed before the area is left: the one that has the focus, or else the last that was opened.
  function back() {
    const { view, tree } = state;
    const here = document.activeElement.closest(".map, .curve")?.dataset.part;
    const table = view.tables.includes(here) ? here : view.tables.at(-1);
    if (table) return go(withTable(view, table, false));
    const up = tree?.parent(view.area);
    if (up) go({ ...view, area: up });
  }
}

// Where the page is larger than its window, arrows scroll it.
const scrolls = () => document.documentElement.scrollHeight > document.documentElement.clientHeight;

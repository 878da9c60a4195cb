// Printing: the rules for paper hold on the screen for the moment in which the charts are drawn for it.
import { redraw } from "./charts.js";

const paper = matchMedia("print");

export function printed() {
  const sheet = document.querySelector('link[media="print"]');
  const turn = (on) => {
    if ((sheet.media === "all") === on) return;
    sheet.media = on ? "all" : "print";
    redraw();
  };
  addEventListener("beforeprint", () => turn(true));
  addEventListener("afterprint", () => turn(false));
  // Who only looks at the page as it would be printed says neither.
  paper.addEventListener("change", () => turn(paper.matches));
}

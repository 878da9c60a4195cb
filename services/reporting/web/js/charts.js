// ECharts as this page uses it: drawn on a canvas, sized by its box, drawn again when the font has come.
import * as echarts from "../vendor/echarts-6.1.0/echarts.esm.min.js";

const style = getComputedStyle(document.documentElement);
export const ink = (name) => style.getPropertyValue(`--${name}`).trim();
export const FONT = '"Noto Sans SC", sans-serif';

// The size of small text on the page, in pixels: what a chart's labels are measured by.
export const small = () => Number.parseFloat(getComputedStyle(document.body).fontSize) * 0.8125 > 11 ? Number.parseFloat(getComputedStyle(document.body).fontSize) * 0.8125 : 11;

const drawings = [];

// Draws every chart anew, in the size and the colours that its box has now.
export const redraw = () => drawings.forEach((draw) => draw());

// Gives a chart in a box; `draw(chart, {width, height})` is called whenever its size or the fonts change.
export function charted(box, draw) {
  const chart = echarts.init(box, null, { renderer: "canvas" });
  const again = () => box.clientWidth > 0 && draw(chart, { width: box.clientWidth, height: box.clientHeight });
  const resized = () => {
    chart.resize();
    again();
  };
  new ResizeObserver(resized).observe(box);
  drawings.push(resized);
  document.fonts.addEventListener("loadingdone", again);
  return { chart, again };
}

// A tooltip's content as an element: the policy refuses styles in markup, and text stays text.
export function tip(title, lines) {
  const node = document.createElement("div");
  node.className = "tip";
  node.append(Object.assign(document.createElement("strong"), { textContent: title }));
  for (const [label, value] of lines) {
    const line = document.createElement("p");
    line.append(Object.assign(document.createElement("span"), { textContent: label }), Object.assign(document.createElement("b"), { className: "n", textContent: value }));
    node.append(line);
  }
  return node;
}

export const TOOLTIP = {
  className: "tooltip",
  backgroundColor: "transparent",
  borderWidth: 0,
  padding: 0,
  extraCssText: "box-shadow:none",
  confine: true,
  transitionDuration: 0,
};

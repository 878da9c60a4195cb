// How a hexagon of the map looks. What it tells it also tells without its colour: the 52 counties have a dot, silence has dashes.
import { FONT, ink } from "../charts.js";
import { number } from "../figures.js";
import { corners } from "../hexes.js";
import { t } from "../words.js";

// From this shade on a hexagon is so light that what stands on it is dark.
const LIGHT_FROM = 3;
const LEAST = 11;

// about: {n (null: never reported), shade, marked: of the area that is shown, watched, current}; name: written in it where there is room, or null.
export function hexagon(at, across, about, name) {
  const { n, shade, marked, watched, current } = about;
  const silent = n === null;
  const stroke = current ? ink("text") : watched && marked ? ink("out") : silent ? ink("text-3") : "transparent";
  const style = {
    fill: silent ? ink("ground") : ink(`map-${shade}`),
    stroke,
    lineWidth: current ? 3 : watched ? Math.min(2.5, Math.max(1, across / 14)) : 1,
    opacity: marked ? 1 : 0.28,
    lineDash: silent ? [2, 2] : null,
  };
  const shape = { points: corners(at, across, watched || silent || current ? 0.86 : 0.93) };
  const children = [{ type: "polygon", shape, style, emphasis: { style: { stroke: ink("text"), lineWidth: 2 } } }];
  const dark = !silent && shade >= LIGHT_FROM;
  const colour = marked ? ink(dark ? "ground" : "text") : ink("text-3");
  if (watched) children.push(dot(at, across, name, { fill: ink(dark ? "ground" : "text"), opacity: style.opacity }));
  if (name !== null) children.push(...written(at, across, name, silent ? t("silent") : number(n), silent, colour));
  return { type: "group", children };
}

// Of what nothing is counted: an outline, so that it is on the map, and no shade, so that it says no number.
export const drawnOutside = (at, across) => ({
  type: "polygon",
  shape: { points: corners(at, across, 0.8) },
  style: { fill: "transparent", stroke: ink("text-3"), lineWidth: 1, opacity: 0.75 },
});

function dot([x, y], across, name, style) {
  return { type: "circle", silent: true, shape: name === null ? { cx: x, cy: y, r: Math.max(1.2, across * 0.15) } : { cx: x, cy: y - across * 0.41, r: across * 0.035 }, style };
}

function written([x, y], across, name, count, silent, fill) {
  const label = (content, size, down, weight) => ({
    type: "text",
    silent: true,
    style: { text: content, x, y: y + down, fill, font: `${weight} ${size}px ${FONT}`, align: "center", verticalAlign: "middle" },
  });
  const lines = broken(name, (across * 0.92) / Math.max(LEAST, across * 0.15));
  const size = Math.max(LEAST, Math.min(across * 0.15, (across * 0.88) / Math.max(...lines.map((line) => ems(line)))));
  const low = across * [0, 0, 0.05, 0.13][lines.length];
  const names = lines.map((line, at) => label(line, size, low - across * 0.12 - (lines.length - 1 - at) * size * 1.15, 400));
  return [...names, label(count, Math.max(LEAST, across * (silent ? 0.14 : 0.26)), low + across * (lines.length > 2 ? 0.17 : 0.2), 500)];
}

const ems = (text) => text.length * (isEnglish(text) ? 0.58 : 1);
const isEnglish = (name) => /^[\x20-\x7eü]+$/.test(name);

// A name in one to three lines, each at most so many ems wide if that can be done.
function broken(name, most) {
  if (isEnglish(name)) return spelled(name, most / 0.6);
  const lines = Math.min(3, Math.ceil(name.length / Math.floor(most)));
  const length = Math.ceil(name.length / lines);
  return Array.from({ length: lines }, (_, at) => name.slice(at * length, (at + 1) * length)).filter(Boolean);
}

// An English name goes by words; what is longer than a line is cut, for its tooltip has it whole.
function spelled(name, most) {
  const lines = [];
  for (const word of name.split(" ")) {
    if (lines.length && lines.at(-1).length + 1 + word.length <= most) lines.push(`${lines.pop()} ${word}`);
    else lines.push(word);
  }
  return lines.slice(0, 3).map((line) => (line.length > most * 1.4 ? `${line.slice(0, Math.floor(most * 1.4) - 1)}…` : line));
}

// text, x, y, and "outside" where it names what is outside the count. No label leaves a box of this width.
export function groupLabel([text, middle, y, kind], size, width) {
  const outside = kind === "outside";
  const half = (ems(text) * size) / 2;
  const x = outside ? middle : Math.max(half, Math.min(width - half, middle));
  return {
    type: "text",
    style: { text, x, y, fill: ink(outside ? "text-3" : "text"), font: `500 ${size}px ${FONT}`, align: outside ? "left" : "center", verticalAlign: "middle", stroke: ink("ground"), lineWidth: 3.5 },
  };
}

// The page put together: the address says what is shown, the stream says what is true, the parts draw both.
import { ageOf } from "./age.js";
import { addressOf, viewOf, withTable } from "./address.js";
import { ask, Kept } from "./ask.js";
import { casework } from "./parts/casework.js";
import { composition } from "./parts/composition.js";
import { curve } from "./parts/curve.js";
import { demo, foot } from "./parts/foot.js";
import { headline } from "./parts/headline.js";
import { map } from "./parts/map.js";
import { newest } from "./parts/newest.js";
import { beside, ranks } from "./parts/ranks.js";
import { age, standing } from "./parts/standing.js";
import { tongue, trail } from "./parts/trail.js";
import { Stream } from "./stream.js";
import { Tree } from "./tree.js";
import { speak } from "./words.js";

const TICK = 500;
const seconds = () => performance.now() / 1000;
const place = (name) => document.querySelector(`[data-part="${name}"]`);

const state = { view: viewOf(location.search), counts: null, headline: null, newest: null, beside: null, flows: null, map: null, tree: null, screen: null };
let heard = null;
let connected = false;
let streams = [];

const open = (area) => addressOf({ ...state.view, area });
const toggle = (name) => go(withTable(state.view, name, !state.view.tables.includes(name)));
const flows = new Kept((document) => show({ flows: document }));
const numbers = new Kept((document) => show({ map: document }));

function follow() {
  for (const stream of streams) stream.close();
  const area = state.view.area;
  streams = [new Stream(area, hear), new Stream(beside(area), ({ document }) => document && show({ beside: document }))];
  flows.want(`v1/flows?area=${area}`);
  numbers.want("v1/map");
}

function hear({ document, as_of, connected: now }) {
  connected = now;
  if (as_of) heard = { lag: as_of.lag_seconds, at: seconds() };
  if (document) {
    show({ counts: document, headline: document.headline ?? state.headline, newest: document.newest ?? state.newest });
    flows.want(`v1/flows?area=${state.view.area}`);
    numbers.want("v1/map");
    if (state.tree && document.children.some((child) => !state.tree.has(child.code))) loadTree();
  }
  tick();
}

// --- the view ---------------------------------------------------------------------------------------------------------

function go(view, { keep = false } = {}) {
  history[keep ? "replaceState" : "pushState"](null, "", addressOf(view));
  turn(view);
}

function turn(view) {
  const moved = view.area !== state.view.area;
  state.view = view;
  speak(view.lang);
  if (moved) {
    Object.assign(state, { counts: null, newest: null, flows: null });
    follow();
  }
  show({});
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  if (!link || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  if (link.origin !== location.origin || link.pathname !== location.pathname) return;
  event.preventDefault();
  go(viewOf(link.search));
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !state.tree) return;
  const up = state.tree.parent(state.view.area);
  if (up) go({ ...state.view, area: up });
});
addEventListener("popstate", () => turn(viewOf(location.search)));

// --- drawing ----------------------------------------------------------------------------------------------------------

let parts = [];
let due = false;

function show(change) {
  Object.assign(state, change);
  if (due) return;
  due = true;
  requestAnimationFrame(() => {
    due = false;
    const now = { ...state, lang: state.view.lang };
    for (const draw of parts) draw(now);
  });
}

const told = age(place("age"), place("voice"));
function tick() {
  const limits = state.screen ?? { late_after: 10, gone_after: 30 };
  told(ageOf(heard, connected, seconds(), limits));
}

async function loadTree() {
  const document = await ask("v1/areas").catch(() => null);
  if (document === null) return setTimeout(loadTree, 2000);
  const tree = new Tree(document);
  show({ tree });
  loadFont(tree);
  if (!tree.has(state.view.area)) go({ ...state.view, area: viewOf("").area }, { keep: true });
  return tree;
}

// The font comes in slices: those of all names at once, so that no name ever waits for its characters on the wall.
function loadFont(tree) {
  const characters = [...new Set([...tree.areas.values()].flatMap((area) => [...area.name]))].join("");
  for (const weight of [400, 600]) document.fonts.load(`${weight} 16px "Noto Sans SC"`, characters);
}

async function begin() {
  speak(state.view.lang);
  tick();
  setInterval(tick, TICK);
  const places = await ask("web/atlas.json");
  parts = [
    headline(place("headline")), ranks(place("rank"), place("watch"), { open }), map(place("map"), { go: (area) => go({ ...state.view, area }), places, toggle }), curve(place("curve"), { toggle }),
    newest(place("newest"), { open }), composition(place("composition")), casework(place("casework")), trail(place("trail"), { open }),
    standing(place("standing")), tongue(place("tongue")), demo(place("demo")), foot(place("foot")),
  ];
  follow();
  show({});
  loadTree();
  const screen = await ask("v1/screen").catch(() => null);
  if (screen) show({ screen });
}

begin();

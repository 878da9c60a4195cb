// The page put together: the address says what is shown, the feed says what is true, the parts draw both.
import { ageOf } from "./age.js";
import { addressOf, NATION, viewOf, withTable } from "./address.js";
import { ask, Kept, patiently } from "./ask.js";
import { Feed } from "./feed.js";
import { keys } from "./keys.js";
import { casework } from "./parts/casework.js";
import { composition } from "./parts/composition.js";
import { curve } from "./parts/curve.js";
import { demo, foot } from "./parts/foot.js";
import { headline } from "./parts/headline.js";
import { map } from "./parts/map.js";
import { newest } from "./parts/newest.js";
import { ranks } from "./parts/ranks.js";
import { session } from "./parts/session.js";
import { age, standing } from "./parts/standing.js";
import { notice, tongue, trail } from "./parts/trail.js";
import { printed } from "./printing.js";
import { Tree } from "./tree.js";
import { speak } from "./words.js";
import { signOut } from "/look/js/session.js";

const TICK = 500;
const seconds = () => performance.now() / 1000;
const place = (name) => document.querySelector(`[data-part="${name}"]`);

// `counts` is of the area that is shown, and null until it has come; `counties` are the numbers of all counties, of one vector with it.
const state = { view: viewOf(location.search), counts: null, headline: null, newest: null, counties: null, flows: null, tree: null, screen: null, session: null, unknown: null };
const files = {};
let heard = null;
let connected = false;

const open = (area) => addressOf({ ...state.view, area });
const toggle = (name) => go(withTable(state.view, name, !state.view.tables.includes(name)));
const flows = new Kept((document) => show({ flows: document }));
let feed = null;

function follow() {
  const { area } = state.view;
  if (area !== NATION && !state.tree) return;
  feed?.follow(area);
  flows.want(`v1/flows?area=${encodeURIComponent(area)}`);
}

function hear({ document, as_of, connected: now }) {
  connected = now;
  if (as_of) heard = { lag: as_of.lag_seconds, at: seconds() };
  if (document) {
    const { headline, newest, counties } = document;
    show({ counts: document, headline, newest, counties });
    flows.want(`v1/flows?area=${encodeURIComponent(state.view.area)}`);
    if (state.tree && Object.keys(counties).some((code) => !state.tree.has(code))) loadTree();
  }
  tick();
}

// --- the view ---------------------------------------------------------------------------------------------------------

function go(view, { keep = false } = {}) {
  history[keep ? "replaceState" : "pushState"](null, "", addressOf(view));
  turn(view);
}

function turn(view, unknown = null) {
  if (state.tree && !state.tree.has(view.area)) {
    const nation = { ...view, area: NATION };
    history.replaceState(null, "", addressOf(nation));
    return turn(nation, view.area);
  }
  const moved = view.area !== state.view.area;
  const translated = view.lang !== state.view.lang;
  Object.assign(state, { view, unknown });
  speak(view.lang);
  if (translated) translate();
  if (moved) Object.assign(state, { counts: null, newest: null, flows: null });
  if (moved) follow();
  show({});
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  if (!link || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  if (link.origin !== location.origin || link.pathname !== location.pathname) return;
  event.preventDefault();
  go(viewOf(link.search));
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
  files.areas = await patiently("v1/areas");
  loadFont(files.areas);
  await translate();
  turn(state.view, state.unknown);
  follow();
}

// The names in the language of the page; the English ones are a file that only who reads English asks for.
async function translate() {
  if (state.view.lang === "en") files.english ??= await patiently("look/names.en.json");
  if (files.areas) show({ tree: new Tree(files.areas, state.view.lang === "en" ? files.english : null) });
}

// The font comes in slices: those of all names at once, so that no name ever waits for its characters on the wall.
function loadFont({ areas }) {
  const characters = [...new Set(areas.flatMap((area) => [...area.name]))].join("");
  for (const weight of [400, 600]) document.fonts.load(`${weight} 16px "Noto Sans SC"`, characters);
}

// Who is signed in decides which numbers are withheld, so each of them has a feed of its own.
async function recognise() {
  const now = await ask("v1/session").catch(() => null);
  if (feed && now && whose(now) !== whose(state.session)) return location.reload();
  feed ??= new Feed(hear, whose(now));
  if (now) show({ session: now });
}
const whose = (now) => (now?.office ? [now.office, ...now.roles].join(" ") : "");

async function begin() {
  speak(state.view.lang);
  tick();
  setInterval(tick, TICK);
  await recognise();
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && recognise());
  const [places, outside] = await Promise.all([patiently("web/atlas.json"), patiently("web/outside.json")]);
  const lists = ranks(place("rank"), place("watch"), { open });
  parts = [
    headline(place("headline"), { open }), lists.draw, map(place("map"), { go: (area) => go({ ...state.view, area }), places, outside, toggle }), curve(place("curve"), { toggle }),
    newest(place("newest"), { open }), composition(place("composition")), casework(place("casework")), trail(place("trail"), { open }), notice(place("notice"), outside),
    standing(place("standing")), tongue(place("tongue")), session(place("session"), { leave: () => signOut().catch(() => location.reload()) }), demo(place("demo")), foot(place("foot")),
  ];
  keys(state, { go, enter: lists.enter });
  printed();
  follow();
  show({});
  loadTree();
  const screen = await ask("v1/screen").catch(() => null);
  if (screen) show({ screen });
}

begin();

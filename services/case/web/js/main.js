// The page put together: the address says what is shown, the server says what is true.
import { html, render, useCallback, useEffect, useMemo, useState } from "/look/vendor/htm-3.1.1/standalone.module.js";
import { addressOf, viewOf } from "./address.js";
import { read } from "./api.js";
import { Names } from "./names.js";
import { Outbox } from "./outbox.js";
import { Areas } from "./parts/areas.js";
import { File } from "./parts/file.js";
import { CountyFlags } from "./parts/flags.js";
import { CountyPlaces } from "./parts/places.js";
import { Head } from "./parts/head.js";
import { Search } from "./parts/search.js";
import { Waiting } from "./parts/waiting.js";
import { Work } from "./parts/work.js";
import { speak, t } from "./words.js";

const AGAIN = 3_000;
// The roles that have a desk; what each may do there the server says.
const SITS = ["officer", "superior", "auditor", "reporter"];
const names = new Names();

function Desk({ desk, english, first }) {
  const [view, turn] = useState(first);
  const [finding, find] = useState(false);
  const [outbox_, change] = useState({ n: 0, sent: null });
  const [online, setOnline] = useState(navigator.onLine);
  const outbox = useMemo(() => new Outbox(`${desk.office} ${desk.roles.join(" ")}`, (done) => change(({ n }) => ({ n: n + 1, sent: done ?? null }))), []);
  const may = useCallback((right) => desk.rights.includes(right), [desk]);
  const place = useCallback((code) => (view.lang === "en" && english?.[code]?.[1]) || desk.counties.find((each) => each.code === code)?.name || code, [view.lang]);

  const go = useCallback((next, { keep = false } = {}) => {
    history[keep ? "replaceState" : "pushState"](null, "", addressOf(next));
    turn(next);
    if (!keep) scrollTo(0, 0);
  }, []);

  useEffect(() => {
    const back = () => turn(viewOf(location.search));
    const [up, down] = [() => setOnline(true), () => setOnline(false)];
    addEventListener("popstate", back);
    addEventListener("online", up);
    addEventListener("offline", down);
    outbox.send();
    return () => [["popstate", back], ["online", up], ["offline", down]].forEach(([name, heard]) => removeEventListener(name, heard));
  }, []);

  useEffect(() => {
    function key(event) {
      const typing = event.target.closest?.("input, select, textarea, dialog");
      if (event.key === "/" && !typing && may("read-names")) {
        event.preventDefault();
        find(true);
      } else if (event.key === "Escape" && !typing && view.file) go({ ...view, file: "" });
    }
    document.addEventListener("keydown", key);
    return () => document.removeEventListener("keydown", key);
  }, [view]);

  const common = { desk, view, go, may, names, outbox, place, sent: outbox_.sent };
  const shown = !may("read-files") && !may("read-handed-on") ? html`<p class="says">${t("session.reporter")}</p>`
    : view.file ? html`<${File} key=${view.file} ...${common} />`
    : view.areas ? html`<${Areas} ...${common} />`
    : view.flags ? html`<${CountyFlags} ...${common} />`
    : view.places ? html`<${CountyPlaces} ...${common} />`
    : html`<${Work} ...${common} />`;
  return html`
    <${Head} ...${common} find=${() => find(true)} />
    ${!online && html`<p class="strip" role="status">${t("offline")}</p>`}
    <${Waiting} ...${common} />
    ${shown}
    ${finding && html`<${Search} ...${common} close=${() => find(false)} />`}`;
}

function Outside({ session, first }) {
  const to = encodeURIComponent(location.pathname + location.search);
  const refused = session.office !== null;
  const says = refused ? t("session.noright", { roles: session.roles.map((role) => t(`role.${role}`)).join(" ") })
    : session.possible ? t("session.ask") : t("session.none");
  return html`
    <${Head} session=${session} view=${first} />
    <main class="door">
      <img src="/look/mark.svg" alt="" width="56" height="56" />
      <p>${says}</p>
      ${session.possible && !refused && html`<a class="big" href=${`/sign-in?to=${to}`}>${t("session.in")}</a>`}
    </main>`;
}

async function patiently(path) {
  for (;;) {
    const found = await read(path).catch((error) => (error.status === 401 || error.status === 403 ? null : undefined));
    if (found !== undefined) return found;
    await new Promise((goOn) => setTimeout(goOn, AGAIN));
  }
}

async function begin() {
  const first = viewOf(location.search);
  await speak(first.lang);
  const session = await patiently("/v1/session");
  const desk = session?.roles.some((role) => SITS.includes(role)) ? await patiently("/v1/desk") : null;
  const english = first.lang === "en" ? await read("/look/names.en.json").catch(() => null) : null;
  const root = document.getElementById("desk");
  if (desk === null) render(html`<${Outside} session=${session ?? { possible: true, office: null, roles: [] }} first=${first} />`, root);
  else render(html`<${Desk} desk=${desk} english=${english} first=${first} />`, root);
  document.body.dataset.ready = "";
}

begin();

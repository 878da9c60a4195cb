// The work list: the queues with what waits in each, and a page of one of them. The page follows the log; keys lead through it.
import { html, useEffect, useRef, useState } from "/look/vendor/htm-3.1.1/standalone.module.js";
import { addressOf, asked, QUEUES } from "../address.js";
import { useLive } from "../live.js";
import { t } from "../words.js";
import { Filter } from "./filter.js";
import { naming } from "./owner.js";
import { ACTS, Many } from "./many.js";
import { Rows } from "./rows.js";

const A_PAGE = 50;

export function Work({ desk, view, go, may, names, place }) {
  const within = view.county ? `?county=${encodeURIComponent(view.county)}` : "";
  const counts = useLive(`/v1/desk/counts${within}`);
  const list = useLive(`/v1/desk/files?${asked(view, { limit: A_PAGE })}`);
  const [named, name] = useState({ n: 0, away: false });
  const [at, move] = useState(0);
  // Keys come faster than the page is drawn.
  const spot = useRef(0);
  const files = list.document?.files ?? [];
  const chosen = Math.min(at, Math.max(0, files.length - 1));
  const rows = useRef(null);
  const [picked, choose] = useState(new Set());
  const pick = Object.values(ACTS).some(may) ? (ids, yes) => choose((before) => new Set(yes ? [...before, ...ids] : [...before].filter((id) => !ids.includes(id)))) : null;

  useEffect(() => {
    if (!desk.names || !may("read-names") || !files.length) return;
    names.want(files.map((file) => file.id)).then((came) => came && name(({ n }) => ({ n: n + 1, away: false })), () => name(({ n }) => ({ n, away: true })));
  }, [list.document]);
  useEffect(() => {
    spot.current = 0;
    move(0);
    choose(new Set());
  }, [view.queue, view.county, view.reason, view.answers, view.school, view.order, view.after]);

  useEffect(() => {
    function key(event) {
      if (event.target.closest?.("input:not([type=checkbox]), select, textarea, dialog") || event.metaKey || event.ctrlKey || event.altKey) return;
      const step = { j: 1, k: -1 }[event.key];
      if (step) {
        event.preventDefault();
        spot.current = Math.max(0, Math.min(files.length - 1, spot.current + step));
        move(spot.current);
        rows.current?.querySelectorAll("[data-row] a")[spot.current]?.focus();
      } else if (event.key === "x" && pick && files[chosen]) pick([files[chosen].id], !picked.has(files[chosen].id));
      else if (event.key === "Enter" && document.activeElement === document.body && files[chosen]) go({ ...view, file: files[chosen].id });
    }
    document.addEventListener("keydown", key);
    return () => document.removeEventListener("keydown", key);
  }, [files, chosen, view, picked]);

  const waits = counts.document?.queues;
  const many = desk.counties.length > 1;
  const link = (change) => {
    const next = { ...view, after: "", ...change };
    const turn = (event) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      go(next);
    };
    return { href: addressOf(next), onClick: turn };
  };
  return html`
    <div class="work">
      <nav class="queues" aria-label=${t("queue.label")}>
        ${QUEUES.map((queue) => html`
          <a key=${queue} ...${link({ queue })} data-queue=${queue} aria-current=${queue === view.queue ? "page" : undefined}>
            <span>${t(`queue.${queue}`)}</span><b>${waits ? waits[queue].toLocaleString("en") : "…"}</b>
          </a>`)}
        <a class="other" ...${link({ flags: true })} data-queue="county-flags"><span>${t("flag.counties")}</span><b>${counts.document?.county_flags ?? "…"}</b></a>
        ${may("read-files") && may("read-places") && html`<a class="other" ...${link({ places: true })} data-queue="places"><span>${t("places.counties")}</span><b>›</b></a>`}
        ${many && html`<a class="other" ...${link({ areas: true })} data-queue="areas"><span>${t("areas.link")}</span><b>›</b></a>`}
      </nav>
      <main id="main" class="list" tabindex="-1" aria-label=${t("list.label")}>
        <div class="lead">
          <h2>${t(`queue.${view.queue}`)}</h2>
          <p>${t(`queue.${view.queue}.about`)}</p>
          <${Filter} desk=${desk} view=${view} go=${go} may=${may} place=${place} schools=${names.schools()} />
        </div>
        ${counts.document?.stopped && html`<p class="strip" role="status" data-strip="stopped">${t("days.stopped", { day: counts.document.stopped })}</p>`}
        ${pick && html`<${Many} desk=${desk} today=${list.document?.today ?? desk.today} files=${files.filter((file) => picked.has(file.id))} names=${names} may=${may} done=${() => (choose(new Set()), list.again())} />`}
        ${list.error && html`<p class="strip" role="status">${t("list.failed")}</p>`}
        ${named.away && html`<p class="strip" role="status">${t("list.names")}</p>`}
        ${list.document === null ? html`<p class="says">${t("list.loading")}</p>`
          : !files.length && !list.document.next ? html`<p class="says">${t("list.empty")}</p>`
          : html`<div ref=${rows}><${Rows} files=${files} today=${list.document.today} chosen=${chosen} many=${many} names=${names} place=${naming(place, list.document.places)} link=${link} picked=${picked} pick=${pick} /></div>`}
        <p class="pages">
          ${view.after && html`<a ...${link({})} data-act="first">${t("list.first")}</a>`}
          ${list.document?.next && html`<a class="button" ...${link({ after: list.document.next })} data-act="next">${t("list.next")}</a>`}
          <span class="note">${t("list.page", { n: A_PAGE })}</span><span class="note wide">${t("list.keys")}</span>
        </p>
      </main>
    </div>`;
}

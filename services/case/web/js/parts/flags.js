// Flags: beside a file what hints at a return on paper and its draws for re-check, and a page of the flags of counties, which are settled there.
import { html, useState } from "/look/vendor/htm-3.1.1/standalone.module.js";
import { addressOf } from "../address.js";
import { post } from "../api.js";
import { useLive } from "../live.js";
import { spoken, t } from "../words.js";
import { grounds, meant, open, which } from "./flag_forms.js";
import { asOf, evidence } from "./form_parts.js";
import { areaNamed } from "./owner.js";

function Flag({ flag, place }) {
  const { settled } = flag;
  return html`
    <li data-flag=${flag.id} data-state=${flag.state}>
      <p><span class="tag" data-flag-state=${flag.state}>${t(`flag.${flag.state}`)}</span> <b>${t(`rule.${flag.rule}`)}</b> <span>${flag.since} – ${flag.day}</span></p>
      <p>${flag.hint[spoken()]}</p>
      <p class="note">${t("flag.of", { office: areaNamed(flag.flagged, place) })}${flag.act ? ` · ${t(`act.${flag.act}`)}` : ""}${flag.role ? ` · ${t(`as.${flag.role}`)}` : ""}</p>
      <p class="note">${t("flag.clears")} ${flag.clears[spoken()]}</p>
      <details><summary>${t("flag.evidence", { n: flag.pieces })}</summary><ul class="ids">${flag.evidence.map((id) => html`<li key=${id} class="id">${id}</li>`)}</ul></details>
      ${settled && html`<p class="note">${settled.on} ${areaNamed(settled.office, place)}${settled.because ? ` · ${t(`ground.${settled.because}`)}` : ""}</p>`}
    </li>`;
}

export function Flags({ file, place }) {
  if (!file.flags.length && !file.draws.length) return null;
  return html`
    <section class="card" aria-labelledby="flags-title">
      <h3 id="flags-title">${t("flag.title")}</h3>
      <ul class="flags">
        ${file.draws.map((draw) => html`
          <li key=${draw.office} data-draw=${draw.office}><p><b>${t("draw.by", { office: areaNamed(draw.office, place) })}</b> <span>${draw.since} – ${draw.until}</span></p>
            <p class="note">${draw.finding ? t(`finding.${draw.finding}`) : t("draw.waits")}</p></li>`)}
        ${file.flags.map((flag) => html`<${Flag} key=${flag.id} flag=${flag} place=${place} />`)}
      </ul>
    </section>`;
}

function Settle({ desk, county, again }) {
  const [draft, keep] = useState({ role: "officer", flag: "", because: "", evidence: "" });
  const [says, say] = useState("");
  const flags = open(county.flags);
  if (!flags.length) return null;
  const set = (change) => keep({ ...draft, ...change });
  const settle = (word) => async (event) => {
    event.preventDefault();
    if (!event.target.form.reportValidity()) return;
    const { flag, ground } = meant(draft, flags);
    const body = { do: word, office: desk.office, role: draft.role, flag: flag.id, evidence: draft.evidence, ...(word === "clear-flag" ? { because: ground } : {}) };
    await post(`/v1/county-flags/${county.county}`, body).then(() => (say(""), keep({ ...draft, evidence: "" }), again()), (error) => say(t("outbox.trouble", { why: error.message })));
  };
  return html`
    <form class="record" data-form="settle">
      ${which(draft, set, flags)}${grounds(draft, set, flags)}${asOf(draft, set)}${evidence(draft, set)}
      ${says && html`<p class="strip bad" role="alert">${says}</p>`}
      <p class="acts"><button class="big" data-step="clear-flag" onClick=${settle("clear-flag")}>${t("clear.go")}</button>
        <button type="button" class="quiet" data-step="confirm-flag" onClick=${settle("confirm-flag")}>${t("flag.confirm.go")}</button></p>
    </form>`;
}

// The counties that have open flags. The desk of a county sees its own; who is above settles them.
export function CountyFlags({ desk, view, go, may, place }) {
  const { document: page, error, again } = useLive(`/v1/county-flags${view.after ? `?after=${encodeURIComponent(view.after)}` : ""}`);
  const to = (next) => ({ href: addressOf(next), onClick: (event) => (event.preventDefault(), go(next)) });
  return html`
    <main id="main" class="areas" tabindex="-1">
      <div class="lead"><h2>${t("flag.counties")}</h2><p>${t("flag.counties.about")}</p><p><a class="button" ...${to({ ...view, flags: false, after: "" })}>${t("file.back")}</a></p></div>
      ${error && html`<p class="strip" role="status">${t("list.failed")}</p>`}
      ${page === null ? html`<p class="says">${t("list.loading")}</p>` : !page.counties.length ? html`<p class="says">${t("flag.none")}</p>` : page.counties.map((county) => html`
        <section class="card" key=${county.county} data-county=${county.county}>
          <h3>${place(county.county)}</h3>
          <ul class="flags">${county.flags.map((flag) => html`<${Flag} key=${flag.id} flag=${flag} place=${place} />`)}</ul>
          ${may("settle-flags") && html`<${Settle} desk=${desk} county=${county} again=${again} />`}
        </section>`)}
      ${page?.next && html`<p class="pages"><a class="button" ...${to({ ...view, after: page.next })} data-act="next">${t("list.next")}</a></p>`}
    </main>`;
}

// The file of a child: who it is, where it stands, the next step as the one large button, what happened, and what stands beside it.
import { html, useEffect, useState } from "/look/vendor/htm-3.1.1/standalone.module.js";
import { addressOf } from "../address.js";
import { read } from "../api.js";
import { spoken, t } from "../words.js";
import { Aid, Looks } from "./beside.js";
import { FLAG_FORMS } from "./flag_forms.js";
import { Flags } from "./flags.js";
import { Law } from "./law.js";
import { Notes } from "./notes.js";
import { Paper } from "./paper.js";
import { PLACE_FORMS } from "./place_forms.js";
import { Places } from "./places.js";
import { Plan } from "./plan.js";
import { ALL_FORMS } from "./plan_forms.js";
import { whenDue } from "./rows.js";
import { naming, Owner } from "./owner.js";
import { Timeline } from "./timeline.js";
import { Who } from "./who.js";

const [AGAIN, ANSWERED] = [3_000, 1_500];
// What is begun in the checklists of the plan and of the law, and not beside the large button.
const OF_LISTS = ["record-step", "take-law-step", "change-plan"];
const OUT = ["open", "persuading"];
const [GONE, CHANGED] = [404, 412];

export function File({ desk, view, go, may, outbox, place, sent }) {
  const student = view.file;
  const [held, hold] = useState({ document: null, error: null });
  const [doing, act] = useState(null);
  const [asked, ask] = useState(0);
  const [name, named] = useState("");
  const mine = outbox.of(student);
  const stale = mine.find((each) => each.trouble?.status === CHANGED);
  const trouble = mine.find((each) => each.trouble && each.trouble.status !== CHANGED);

  useEffect(() => {
    let [over, timer] = [false, 0];
    const load = () =>
      read(`/v1/desk/files/${student}`).then(
        (document) => !over && hold({ document, error: null }),
        (error) => {
          if (over) return;
          // What is out of sight, were it by an act of one's own, is not shown any more.
          hold((before) => ({ document: error.status === GONE ? null : before.document, error }));
          if (error.status !== GONE) timer = setTimeout(load, AGAIN);
        },
      );
    load();
    return () => ((over = true), clearTimeout(timer));
    // A file that was changed by this page or, as the server says, by somebody else is read again.
  }, [student, asked, sent?.sent.student === student ? sent.sent.key : "", stale?.key]);

  // The school answers a moment after it was asked, and so does relief.
  const waits = ["seat", "bed"].some((place) => held.document?.file.places?.[place] === "asked")
    || held.document?.file.plan.steps.some((step) => step.referral && !step.referral.answer);
  useEffect(() => {
    if (!waits) return undefined;
    const timer = setTimeout(() => ask(asked + 1), ANSWERED);
    return () => clearTimeout(timer);
  }, [held.document, waits]);

  const back = { ...view, file: "" };
  const lead = html`<p class="back"><a href=${addressOf(back)} onClick=${(event) => (event.preventDefault(), go(back))}>‹ ${t("file.back")}</a></p>`;
  const { document: found, error } = held;
  if (found === null) {
    const says = error?.status === GONE ? t("file.missing") : error ? t("file.failed") : t("list.loading");
    return html`<main id="main" class="file" tabindex="-1">${lead}<p class="says" role="status">${says}</p></main>`;
  }
  const { file, steps, version, places, today } = found;
  const name_ = naming(place, places);
  const next = found.next;
  const Form = doing && (ALL_FORMS[doing.do] ?? FLAG_FORMS[doing.do] ?? PLACE_FORMS[doing.do]);
  // A step of the plan or of the law, as the file shows it.
  const shownStep = (do_, code) => code && { "record-step": file.plan.steps, "take-law-step": file.law.steps }[do_]?.find((each) => each.step === code);
  const start = (do_, step) => {
    act({ do: do_, step: step ?? undefined });
    scrollTo(0, 0);
  };
  const record = (body) => {
    act(null);
    outbox.add(student, body, version);
  };
  return html`
    <main id="main" class="file" tabindex="-1" data-version=${version}>
      ${lead}
      ${error && html`<p class="strip" role="status">${t("file.failed")}</p>`}
      ${stale && html`
        <p class="strip bad" role="alert" data-changed>
          ${t("file.changed")}
          <button type="button" onClick=${() => outbox.again(stale.key, version)}>${t("outbox.again")}</button>
          <button type="button" class="quiet" onClick=${() => (outbox.drop(stale.key), ask(asked + 1))}>${t("outbox.drop")}</button>
        </p>`}
      ${trouble && html`
        <p class="strip bad" role="alert">${t("outbox.trouble", { why: trouble.trouble.why })}
          <button type="button" class="quiet" onClick=${() => (outbox.drop(trouble.key), ask(asked + 1))}>${t("outbox.drop")}</button></p>`}
      <h2 class="name">${name || html`<span class="id">${student.slice(0, 8)}…</span>`}</h2>
      <div class="columns">
        <div>
          <section class="card stands" aria-labelledby="stands-title">
            <h3 id="stands-title">${t("file.stands")}</h3>
            <p class="state"><span class="tag" data-state=${file.state}>${t(`state.${file.state}`)}</span> <span>${name_(file.county)}</span>
              ${file.reason && html`<span>${t(`reason.${file.reason}`)}</span>`} <span data-attempts=${file.attempts}>${t("file.attempts", { n: file.attempts })}</span></p>
            ${file.due && html`<p class="when" data-due=${file.overdue ? "late" : "later"}>${t("file.due", { day: file.due })} <span class="mark">${whenDue(file.due, today)}</span></p>`}
            ${found.visit && html`<p class="note" data-visit=${found.visit}>${t("file.visit", { day: found.visit })}</p>`}
            ${Form ? html`<${Form} key=${`${doing.do} ${doing.step?.step}`} desk=${desk} student=${student} file=${file} today=${today} step=${doing.step} place=${place} record=${record} cancel=${() => act(null)} />`
              : next && html`<button type="button" class="big" data-step=${next.do} data-which=${next.step ?? ""} onClick=${() => start(next.do, shownStep(next.do, next.step))}>
                ${t(`step.${next.do}`)}${next.step && html`<span class="which">${shownStep(next.do, next.step).title[spoken()]}</span>`}</button>`}
            ${!Form && html`<p class="acts more">${steps.filter((step) => step.why === null && step.do !== next?.do && !OF_LISTS.includes(step.do)).map((step) => html`
              <button key=${step.do} type="button" class="quiet" data-step=${step.do} onClick=${() => start(step.do)}>${t(`step.${step.do}`)}</button>`)}
              ${OUT.includes(file.state) && html`<${Paper} desk=${desk} file=${file} paper="visit-form" may=${may} />`}</p>`}
            <ul class="not">${[...new Set(steps.map((step) => step.why).filter(Boolean))].map((why) => {
              const not = steps.filter((step) => step.why === why).map((step) => step.do);
              return html`<li key=${why} data-not=${not.join(" ")}>${not.map((step) => html`<span key=${step}>${t(`step.${step}`)}</span>`)} <span class="note">${t(`why.${why}`)}</span></li>`;
            })}</ul>
          </section>
          <${Flags} file=${file} place=${name_} />
          <${Places} places=${file.places} />
          <${Plan} desk=${desk} plan=${file.plan} history=${file.history} today=${today} steps=${steps} act=${start} />
          <${Law} desk=${desk} file=${file} steps=${steps} act=${start} may=${may} />
          <${Timeline} history=${file.history} plan=${file.plan} place=${name_} />
        </div>
        <div>
          <${Owner} file=${file} name=${name_} />
          <${Who} desk=${desk} student=${student} may=${may} named=${named} />
          ${desk.names && may("read-notes") && html`<${Notes} student=${student} may=${may} place=${name_} />`}
          ${may("read-grants") && html`<${Aid} student=${student} />`}
          ${may("read-access") && html`<${Looks} student=${student} place=${name_} />`}
        </div>
      </div>
    </main>`;
}

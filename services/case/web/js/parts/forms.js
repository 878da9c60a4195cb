// The forms of what is recorded, by the word of the command. What is chosen is kept as a draft on the device at every touch.
import { html, useState } from "/look/vendor/htm-3.1.1/standalone.module.js";
import { FARTHEST, plus } from "../days.js";
import { t } from "../words.js";
import { asOf, chips, day, evidence, officeFor, rolesOf, simple, useDraft } from "./form_parts.js";
import { OWNER_FORMS } from "./owner_forms.js";

const METHODS = ["visit", "call", "letter", "joint_visit", "order", "other"];
const OUTCOMES = ["promised", "willing", "refused_by_family", "not_found", "working_elsewhere", "returned_claimed", "other"];
const MET = ["child", "guardian", "child_and_guardian", "relative", "other", "nobody"];
const BY = ["attendance", "exam", "meal", "aid_paid", "visit"];
const BECAUSE = ["not_in_school", "evidence_insufficient", "other"];
const NEXT = [7, 14, 30];

const SAID_BY_SOMEBODY = ["promised", "willing", "refused_by_family", "returned_claimed"];

// Whom somebody met and what it came to, so that the one allows the other: what was chosen last stands.
const withOutcome = ({ met }, outcome) => ({ outcome, met: outcome === "not_found" ? "nobody" : met === "nobody" && SAID_BY_SOMEBODY.includes(outcome) ? "guardian" : met });
const withMet = ({ outcome }, met) => ({ met, outcome: met === "nobody" ? (SAID_BY_SOMEBODY.includes(outcome) ? "" : outcome) : outcome === "not_found" ? "" : outcome });

function Visit({ desk, student, file, today, record, cancel }) {
  const [draft, set, forget] = useDraft(desk, student, { role: rolesOf(desk)[0], method: "visit", met: "guardian", outcome: "", next: "" });
  const [needs, need] = useState(false);
  function send(event) {
    event.preventDefault();
    if (!draft.outcome) return need(true);
    forget();
    const next = draft.next && draft.next >= today ? { next: draft.next } : {};
    record({ do: "record-attempt", office: officeFor(desk, file), role: draft.role, method: draft.method, met: draft.met, outcome: draft.outcome, ...next });
  }
  return html`
    <form class="record" onSubmit=${send} data-form="record-attempt">
      <fieldset><legend>${t("visit.method")}</legend>${chips("method", METHODS, draft.method, (method) => set({ method }))}</fieldset>
      <fieldset><legend>${t("visit.met")}</legend>${chips("met", MET, draft.met, (met) => set(withMet(draft, met)))}</fieldset>
      <fieldset><legend>${t("visit.outcome")}</legend>${chips("outcome", OUTCOMES, draft.outcome, (outcome) => (need(false), set(withOutcome(draft, outcome))))}</fieldset>
      <fieldset><legend>${t("visit.next")}</legend>
        <div class="chips">
          ${["", ...NEXT.map((days) => plus(today, days))].map((day, n) => html`
            <button key=${n} type="button" aria-pressed=${String(draft.next === day)} onClick=${() => set({ next: day })}>${n ? t("visit.in", { n: NEXT[n - 1] }) : t("visit.none")}</button>`)}
          <input type="date" name="next" aria-label=${t("visit.next")} min=${today} max=${plus(today, FARTHEST)} value=${draft.next} onInput=${(event) => set({ next: event.target.value })} />
        </div></fieldset>
      ${asOf(draft, set, rolesOf(desk))}
      ${needs && html`<p class="strip bad" role="alert">${t("visit.need")}</p>`}
      <p class="acts"><button class="big">${t("visit.go")}</button> <button type="button" class="quiet" onClick=${cancel}>${t("file.cancel")}</button></p>
      <p class="note">${t("visit.kept")}</p>
    </form>`;
}

const Close = simple("close.go", () => ({ role: "officer", evidence: "" }), (draft, set) => html`${asOf(draft, set)}${evidence(draft, set)}`,
  (draft, _, file) => ({ office: `/counties/${file.county}`, role: draft.role, outcome: "sustained", evidence: draft.evidence }), "close-after-return");

const Corroborate = simple("corroborate.go", (today, _, __, desk) => ({ role: rolesOf(desk)[0], by: "attendance", happened: today, evidence: "" }), (draft, set, today, _, desk) => html`
  ${asOf(draft, set, rolesOf(desk))}
  <fieldset><legend>${t("corroborate.by")}</legend>${chips("by", BY, draft.by, (by) => set({ by }))}</fieldset>
  ${day(draft, set, "happened", "corroborate.happened", { max: today })}
  ${evidence(draft, set)}`,
  (draft, desk) => ({ office: desk.office, role: draft.role, by: draft.by, happened: draft.happened, evidence: draft.evidence }), "corroborate-return");

const Confirm = simple("confirm.go", () => ({ role: "officer", evidence: "" }), (draft, set) => html`${asOf(draft, set)}${evidence(draft, set)}`,
  (draft, desk) => ({ office: desk.office, role: draft.role, evidence: draft.evidence }), "confirm-closing");

const Decline = simple("decline.go", () => ({ role: "officer", because: "not_in_school" }), (draft, set) => html`
  ${asOf(draft, set)}
  <fieldset><legend>${t("decline.because")}</legend>${chips("because", BECAUSE, draft.because, (because) => set({ because }))}</fieldset>`,
  (draft, desk) => ({ office: desk.office, role: draft.role, because: draft.because }), "decline-closing");

export const FORMS = { "record-attempt": Visit, "close-after-return": Close, "corroborate-return": Corroborate, "confirm-closing": Confirm, "decline-closing": Decline, ...OWNER_FORMS };

// The forms of what is recorded, by the word of the command. What is chosen is kept as a draft on the device at every touch.
import { html, useState } from "/look/vendor/htm-3.1.1/standalone.module.js";
import { plus } from "../days.js";
import { drafts } from "../outbox.js";
import { t } from "../words.js";

const METHODS = ["visit", "call", "letter", "joint_visit", "order", "other"];
const OUTCOMES = ["promised", "willing", "refused_by_family", "not_found", "working_elsewhere", "returned_claimed", "other"];
const NEXT = [7, 14, 30];
const LONGEST = 183;

function useDraft(desk, student, empty) {
  const [draft, keep] = useState(() => drafts.of(desk.office, student) ?? empty);
  const set = (change) => {
    const next = { ...draft, ...change };
    drafts.keep(desk.office, student, next);
    keep(next);
  };
  return [draft, set, () => drafts.drop(desk.office, student)];
}

const chips = (name, values, value, choose) => html`
  <div class="chips">${values.map((each) => html`
    <label key=${each}><input type="radio" name=${name} value=${each} checked=${each === value} onChange=${() => choose(each)} /><span>${t(`${name}.${each}`)}</span></label>`)}</div>`;

function Visit({ desk, student, file, today, record, cancel }) {
  const [draft, set, forget] = useDraft(desk, student, { method: "visit", outcome: "", next: "" });
  const [needs, need] = useState(false);
  function send(event) {
    event.preventDefault();
    if (!draft.outcome) return need(true);
    forget();
    const next = draft.next && draft.next >= today ? { next: draft.next } : {};
    record({ do: "record-attempt", office: `/counties/${file.county}`, method: draft.method, outcome: draft.outcome, ...next });
  }
  return html`
    <form class="record" onSubmit=${send} data-form="record-attempt">
      <fieldset><legend>${t("visit.method")}</legend>${chips("method", METHODS, draft.method, (method) => set({ method }))}</fieldset>
      <fieldset><legend>${t("visit.outcome")}</legend>${chips("outcome", OUTCOMES, draft.outcome, (outcome) => (need(false), set({ outcome })))}</fieldset>
      <fieldset><legend>${t("visit.next")}</legend>
        <div class="chips">
          ${["", ...NEXT.map((days) => plus(today, days))].map((day, n) => html`
            <button key=${n} type="button" aria-pressed=${String(draft.next === day)} onClick=${() => set({ next: day })}>${n ? t("visit.in", { n: NEXT[n - 1] }) : t("visit.none")}</button>`)}
          <input type="date" name="next" aria-label=${t("visit.next")} min=${today} max=${plus(today, LONGEST)} value=${draft.next} onInput=${(event) => set({ next: event.target.value })} />
        </div></fieldset>
      ${needs && html`<p class="strip bad" role="alert">${t("visit.need")}</p>`}
      <p class="acts"><button class="big">${t("visit.go")}</button> <button type="button" class="quiet" onClick=${cancel}>${t("file.cancel")}</button></p>
      <p class="note">${t("visit.kept")}</p>
    </form>`;
}

function Close({ desk, student, file, record, cancel }) {
  const [draft, set, forget] = useDraft(desk, student, { evidence: "" });
  function send(event) {
    event.preventDefault();
    forget();
    record({ do: "close-after-return", office: `/counties/${file.county}`, outcome: "sustained", evidence: draft.evidence });
  }
  return html`
    <form class="record" onSubmit=${send} data-form="close-after-return">
      <label>${t("close.evidence")}
        <input name="evidence" required pattern="[A-Za-z0-9/\\-]{1,64}" autocomplete="off" aria-describedby="close-about" value=${draft.evidence ?? ""} onInput=${(event) => set({ evidence: event.target.value })} /></label>
      <p class="note" id="close-about">${t("close.about")}</p>
      <p class="acts"><button class="big">${t("close.go")}</button> <button type="button" class="quiet" onClick=${cancel}>${t("file.cancel")}</button></p>
    </form>`;
}

export const FORMS = { "record-attempt": Visit, "close-after-return": Close };

// What forms are put together from. What is chosen is kept as a draft on the device at every touch.
import { html, useState } from "/look/vendor/htm-3.1.1/standalone.module.js";
import { drafts } from "../outbox.js";
import { spoken, t } from "../words.js";

const ROLES = ["officer", "teacher", "principal", "village_head", "township_head", "education_head", "county_head"];
const OF_SCHOOLS = ["teacher", "principal"];

// In whose name something is recorded: the county that answers, or the school to which the file was handed on.
export const officeFor = (desk, file) => (desk.office.startsWith("/schools/") ? desk.office : `/counties/${file.county}`);

export function useDraft(desk, student, empty) {
  const [draft, keep] = useState(() => drafts.of(desk.office, student) ?? empty);
  const set = (change) => {
    const next = { ...draft, ...change };
    drafts.keep(desk.office, student, next);
    keep(next);
  };
  return [draft, set, () => drafts.drop(desk.office, student)];
}

export const chips = (name, values, value, choose) => html`
  <div class="chips">${values.map((each) => html`
    <label key=${each}><input type="radio" name=${name} value=${each} checked=${each === value} onChange=${() => choose(each)} /><span>${t(`${name}.${each}`)}</span></label>`)}</div>`;

// Who of a school records something is its principal or a teacher. among: who may record it at all.
export const rolesOf = (desk, among = ROLES) => (desk.office.startsWith("/schools/") ? among.filter((role) => OF_SCHOOLS.includes(role)) : among);

export const asOf = (draft, set, roles = ROLES) => html`<fieldset><legend>${t("form.as")}</legend>${chips("as", roles, draft.role, (role) => set({ role }))}</fieldset>`;

export const evidence = (draft, set, name = "evidence", called = "close.evidence") => html`
  <label>${t(called)}
    <input name=${name} required pattern="[A-Za-z0-9\\/\\-]{1,64}" autocomplete="off" aria-describedby="close-about" value=${draft[name] ?? ""} onInput=${(event) => set({ [name]: event.target.value })} /></label>
  <p class="note" id="close-about">${t("close.about")}</p>`;

export const day = (draft, set, name, called, bounds) => html`
  <label>${t(called)} <input type="date" name=${name} required ...${bounds} value=${draft[name]} onInput=${(event) => set({ [name]: event.target.value })} /></label>`;

// A form of a few choices: `empty` is its draft, `fields` draw it, and `body` makes the command of it. `step`: of a plan or of the law, as the file shows it.
export const simple = (go, empty, fields, body, name) => function Simple({ desk, student, file, today, step, record, cancel, place }) {
  const [draft, set, forget] = useDraft(desk, `${student} ${name} ${step?.step ?? ""}`, empty(today, step, file, desk));
  function send(event) {
    event.preventDefault();
    forget();
    record({ do: name, ...body(draft, desk, file, step) });
  }
  return html`
    <form class="record" onSubmit=${send} data-form=${name}>
      ${step && html`<p class="what">${step.title[spoken()]}</p>`}
      ${fields(draft, set, today, file, desk, place, step)}
      <p class="acts"><button class="big">${t(go)}</button> <button type="button" class="quiet" onClick=${cancel}>${t("file.cancel")}</button></p>
    </form>`;
};

// What is done to several files with one act. Each is a command of its own, and what became of each is told.
import { html, useState } from "/look/vendor/htm-3.1.1/standalone.module.js";
import { drawn, sendLines } from "../api.js";
import { FARTHEST, plus } from "../days.js";
import { spoken, t } from "../words.js";
import { OF_SCHOOLS } from "./owner_forms.js";

// The acts, each with the right to it.
export const ACTS = {
  "plan-visit": "record-attempts", "hand-on": "hand-on-files", "take-over": "take-over-files", leave_out: "change-plans", take_in: "change-plans", renew: "change-plans",
};
const HANDED_ON_TO = ["education_head", "county_head", "township_head", "village_head", "principal", "teacher"];
const BECAUSE = { leave_out: "not_needed", take_in: "needed_after_all", renew: "new_version" };

// What is asked of each file, but for the office that asks.
function bodyOf({ act, day, step, to, school }) {
  if (act === "plan-visit") return { do: act, day };
  if (act === "take-over") return { do: act };
  if (act === "hand-on") return { do: act, to, ...(OF_SCHOOLS.includes(to) ? { to_office: `/schools/${school}` } : {}) };
  return { do: "change-plan", change: act, because: BECAUSE[act], ...(act === "renew" ? {} : { step }) };
}

const countyFor = (act, file) => (act === "take-over" && file.hand_over ? file.hand_over.to_county : file.county);

export function Many({ desk, today, files, names, may, done }) {
  const acts = Object.keys(ACTS).filter((act) => may(ACTS[act]));
  const [asked, ask] = useState({ act: acts[0], day: plus(today, 1), step: desk.optional[0]?.step ?? "", to: HANDED_ON_TO[0], school: "" });
  const [told, tell] = useState(null);
  const [why, fail] = useState("");
  const called = (id) => names.of(id) || `${id.slice(0, 8)}…`;

  async function send(event) {
    event.preventDefault();
    const lines = files.map((file) => ({ id: file.id, office: `/counties/${countyFor(asked.act, file)}`, role: "officer", ...bodyOf(asked) }));
    fail("");
    await sendLines("/v1/cases", lines, drawn()).then(({ lines: refused, pending }) => {
      const by = Object.fromEntries(refused.map((line) => [line.id, line.detail]));
      tell(lines.map(({ id }) => ({ id, name: called(id), what: id in by ? "refused" : pending ? "pending" : "done", why: by[id] })));
      done();
    }, (error) => fail(error.message));
  }
  return html`
    ${files.length > 0 && html`
      <form class="many" onSubmit=${send} data-picked=${files.length}>
        <strong>${t("many.n", { n: files.length })}</strong>
        <select name="act" aria-label=${t("many.act")} value=${asked.act} onChange=${(event) => ask({ ...asked, act: event.target.value })}>${acts.map((act) => html`<option key=${act} value=${act}>${t(`many.${act}`)}</option>`)}</select>
        ${asked.act === "plan-visit" && html`<input type="date" name="day" required aria-label=${t("plan-visit.day")} min=${today} max=${plus(today, FARTHEST)} value=${asked.day} onInput=${(event) => ask({ ...asked, day: event.target.value })} />`}
        ${asked.act === "hand-on" && html`<select name="to" aria-label=${t("on.to")} value=${asked.to} onChange=${(event) => ask({ ...asked, to: event.target.value })}>${HANDED_ON_TO.map((to) => html`<option key=${to} value=${to}>${t(`as.${to}`)}</option>`)}</select>`}
        ${asked.act === "hand-on" && OF_SCHOOLS.includes(asked.to) && html`<input name="school" required pattern="[0-9]{10}" inputmode="numeric" autocomplete="off" aria-label=${t("on.school")} placeholder=${t("on.school")} value=${asked.school} onInput=${(event) => ask({ ...asked, school: event.target.value })} />`}
        ${["leave_out", "take_in"].includes(asked.act) && html`
          <select name="step" aria-label=${t("many.step")} value=${asked.step} onChange=${(event) => ask({ ...asked, step: event.target.value })}>${desk.optional.map(({ step, title }) => html`<option key=${step} value=${step}>${title[spoken()]}</option>`)}</select>`}
        <button class="go">${t("many.go")}</button>
      </form>`}
    ${why && html`<p class="strip bad" role="alert">${t("outbox.trouble", { why })}</p>`}
    ${told && html`
      <section class="card told" role="status" aria-label=${t("many.told")}>
        <ul class="lines">${told.map((each) => html`<li key=${each.id} data-told=${each.what}><b>${each.name}</b> <span class="tag">${t(`many.${each.what}`)}</span> ${each.why && html`<span class="want">${each.why}</span>`}</li>`)}</ul>
        <p><button type="button" class="quiet" data-act="told" onClick=${() => tell(null)}>${t("many.seen")}</button></p>
      </section>`}`;
}

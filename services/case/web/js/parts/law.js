// The law's ladder as a checklist: what was taken, what may be taken next, and what each of the others wants for.
import { html } from "/look/vendor/htm-3.1.1/standalone.module.js";
import { joined, spoken, t } from "../words.js";
import { rolesOf } from "./form_parts.js";
import { Paper } from "./paper.js";

export function Law({ desk, file, steps, act, may }) {
  const { law, history } = file;
  const offered = steps.some((step) => step.do === "take-law-step" && step.why === null);
  const newest = (code) => history.findLast((each) => each.what === "law-step-taken" && each.law === code);
  const wants = (step) => {
    const missing = step.after.filter((code) => !law.steps.some((each) => each.step === code && each.taken)).map((code) => t(`law.${code}`));
    return t(`want.${step.wants.code}`, { steps: joined(missing), day: law.term ?? "" });
  };
  return html`
    <section class="card" aria-labelledby="law-title" data-part="law">
      <h3 id="law-title">${t("law.title")}</h3>
      <ol class="checks">${law.steps.map((step) => html`
        <li key=${step.step} data-rung=${step.step} data-now=${step.taken ? "done" : step.wants ? "waiting" : "to_do"}>
          <span class="sign" aria-hidden="true">${step.taken ? "✓" : step.wants ? "…" : "→"}</span>
          <div>
            <p><strong>${step.title[spoken()]}</strong> <span class="tag">${t(step.taken ? "law.taken" : step.wants ? "law.waits" : "law.may")}</span></p>
            <p class="note">${step.article[spoken()]}</p>
            ${step.taken ? newest(step.step) && html`<p class="note">${t("law.did", { day: newest(step.step).happened, term: newest(step.step).term })}</p>`
              : step.wants ? html`<p class="want">${wants(step)}</p>`
              : html`<p class="note">${joined(step.roles.map((role) => t(`as.${role}`)))}</p>`}
          </div>
          <div class="do">
            ${!step.taken && !step.wants && offered && rolesOf(desk, step.roles).length > 0 && html`<button type="button" class="quiet" data-law-step=${step.step} onClick=${() => act("take-law-step", step)}>${t("law.take")}</button>`}
            ${(step.taken || !step.wants) && html`<${Paper} desk=${desk} file=${file} paper=${step.step} may=${may} />`}
          </div>
        </li>`)}</ol>
    </section>`;
}

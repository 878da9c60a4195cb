// The plan of a child as a checklist: what is done, what comes next with its day and roles, what waits for what, and what was left out.
import { html } from "/look/vendor/htm-3.1.1/standalone.module.js";
import { joined, spoken, t } from "../words.js";
import { rolesOf } from "./form_parts.js";
import { termNamed } from "./places.js";
import { whenDue } from "./rows.js";

// What an officer has to act on stands out: that there is no answer, and that the household is not registered poor.
const STANDS_OUT = new Set(["none", "not_poor"]);
const SIGNS = { done: "✓", to_do: "→", waiting: "…", left_out: "–" };

function Referral({ referral }) {
  const { answer, on, term, fen } = referral;
  const said = answer && t("referral.answered", { day: on, term: termNamed(term), answer: t(`answer.${answer}`) });
  const money = fen && t("money", { yuan: (fen / 100).toLocaleString("en") });
  return html`<p class=${STANDS_OUT.has(answer ?? "none") ? "strip" : "note"} data-answer=${answer ?? "none"}>${[said ?? t("referral.waiting"), money].filter(Boolean).join(" · ")}</p>`;
}

export function Plan({ desk, plan, history, today, steps, act }) {
  const may = (name) => steps.some((step) => step.do === name && step.why === null);
  const said = Object.fromEntries(history.filter((each) => each.what === "step-done").map((each) => [each.step, each]));
  const title = (code) => plan.steps.find((step) => step.step === code)?.title[spoken()] ?? code;
  return html`
    <section class="card" aria-labelledby="plan-title" data-part="plan">
      <h3 id="plan-title">${t("plan.title", { title: plan.title[spoken()], since: plan.since })}</h3>
      ${plan.newer && html`<p class="strip">${t("plan.newer", { n: plan.newer.version })}
        ${may("change-plan") && html`<button type="button" data-renew onClick=${() => act("change-plan", null)}>${t("plan.renew")}</button>`}</p>`}
      <ol class="checks">${plan.steps.map((step) => html`
        <li key=${step.step} data-check=${step.step} data-now=${step.state} data-due=${step.overdue ? "late" : "later"}>
          <span class="sign" aria-hidden="true">${SIGNS[step.state]}</span>
          <div>
            <p><strong>${step.title[spoken()]}</strong> <span class="tag">${t(`plan.${step.state}`)}</span>${!step.required && html` <span class="note">${t("plan.optional")}</span>`}</p>
            <p class="note">${joined(step.roles.map((role) => t(`as.${role}`)))} · ${t("plan.show", { what: step.show[spoken()] })}</p>
            ${step.state === "done" ? said[step.step] && html`<p class="note">${t("plan.did", { day: said[step.step].happened })}</p>`
              : step.state === "waiting" ? html`<p class="note">${t("plan.after", { steps: joined(step.after.map(title)) })}</p>`
              : step.state === "to_do" && html`<p class="mark">${t("file.due", { day: step.due })} ${whenDue(step.due, today)}</p>`}
            ${step.referral && html`<${Referral} referral=${step.referral} />`}
          </div>
          <div class="do">
            ${step.state === "to_do" && may("record-step") && rolesOf(desk, step.roles).length > 0 && html`<button type="button" class="quiet" data-plan-step=${step.step} onClick=${() => act("record-step", step)}>${t("plan.record")}</button>`}
            ${!step.required && step.state !== "done" && may("change-plan") && html`
              <button type="button" class="quiet" data-change=${step.step} onClick=${() => act("change-plan", step)}>${t(step.state === "left_out" ? "plan.take_in" : "plan.leave_out")}</button>`}
          </div>
        </li>`)}</ol>
    </section>`;
}

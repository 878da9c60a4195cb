// The forms of the plan and of the law, and of a visit that is planned.
import { html } from "/look/vendor/htm-3.1.1/standalone.module.js";
import { FARTHEST, plus } from "../days.js";
import { t } from "../words.js";
import { asOf, chips, day, evidence, officeFor, rolesOf, simple } from "./form_parts.js";
import { FORMS } from "./forms.js";

const CHANGING = ["officer", "principal", "township_head", "education_head", "county_head"];
const LEFT_OUT = ["not_needed", "done_elsewhere", "not_for_this_child", "no_means", "other"];
const TAKEN_IN = ["needed_after_all", "other"];

// The number that a paper of the law prints: made of what the record knows.
const numberOf = (file, step, happened) => `${file.county}/${happened.replaceAll("-", "")}/${file.id.slice(0, 8)}/${step}`;

// Who records a step, until another is chosen: the officer where one may, else the first who may.
const first = (step, desk) => rolesOf(desk, step.roles).find((role) => role === "officer") ?? rolesOf(desk, step.roles)[0];

const Step = simple("step.go", (today, step, _, desk) => ({ role: first(step, desk), happened: today, evidence: "" }), (draft, set, today, file, desk, place, step) => html`
  ${asOf(draft, set, rolesOf(desk, step.roles))}
  ${day(draft, set, "happened", "corroborate.happened", { max: today })}
  ${evidence(draft, set)}`,
  (draft, desk, file, step) => ({ office: officeFor(desk, file), role: draft.role, step: step.step, happened: draft.happened, evidence: draft.evidence }), "record-step");

const Law = simple("law.go", (today, step, file, desk) => ({ role: first(step, desk), happened: today, document: numberOf(file, step.step, today) }), (draft, set, today, file, desk, place, step) => html`
  ${asOf(draft, set, rolesOf(desk, step.roles))}
  ${day(draft, set, "happened", "law.happened", { max: today })}
  ${evidence(draft, set, "document", "law.document")}`,
  (draft, desk, file, step) => ({ office: officeFor(desk, file), role: draft.role, step: step.step, happened: draft.happened, document: draft.document }), "take-law-step");

const Visit = simple("plan-visit.go", (today) => ({ role: "officer", day: plus(today, 1) }), (draft, set, today) => html`
  ${day(draft, set, "day", "plan-visit.day", { min: today, max: plus(today, FARTHEST) })}
  <p class="note">${t("plan-visit.about")}</p>
  ${asOf(draft, set)}`,
  (draft, desk, file) => ({ office: officeFor(desk, file), role: draft.role, day: draft.day }), "plan-visit");

// change: what is changed; a renewal has no step.
const Change = simple("change.go", (_, step) => ({ role: "officer", because: step ? (step.state === "left_out" ? TAKEN_IN : LEFT_OUT)[0] : "new_version" }), (draft, set, today, file, desk, place, step) => html`
  ${asOf(draft, set, CHANGING)}
  ${step && html`<fieldset><legend>${t("decline.because")}</legend>${chips("change-because", step.state === "left_out" ? TAKEN_IN : LEFT_OUT, draft.because, (because) => set({ because }))}</fieldset>`}`,
  (draft, desk, file, step) => ({
    office: officeFor(desk, file), role: draft.role, because: draft.because,
    ...(step ? { change: step.state === "left_out" ? "take_in" : "leave_out", step: step.step } : { change: "renew" }),
  }), "change-plan");

export const ALL_FORMS = { ...FORMS, "record-step": Step, "take-law-step": Law, "plan-visit": Visit, "change-plan": Change };

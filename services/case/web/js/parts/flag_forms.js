// The forms of a flag that is settled, and of a re-check, by the word of the command.
import { html } from "/look/vendor/htm-3.1.1/standalone.module.js";
import { t } from "../words.js";
import { asOf, chips, day, evidence, simple } from "./form_parts.js";

const FINDINGS = ["in_school", "not_in_school", "lawfully_absent", "other"];
export const open = (flags) => flags.filter((flag) => flag.state === "open");

// The flag that is meant, and what may clear it: the first of each, until another is chosen.
export function meant(draft, flags) {
  const flag = flags.find((each) => each.id === draft.flag) ?? flags[0];
  return { flag, ground: flag?.grounds.includes(draft.because) ? draft.because : flag?.grounds[0] };
}

export const which = (draft, set, flags) => flags.length > 1 && html`
  <fieldset><legend>${t("flag.which")}</legend><div class="chips">${flags.map((flag) => html`
    <label key=${flag.id}><input type="radio" name="flag" value=${flag.id} checked=${flag === meant(draft, flags).flag} onChange=${() => set({ flag: flag.id })} /><span>${t(`rule.${flag.rule}`)} ${flag.day}</span></label>`)}</div></fieldset>`;

export const grounds = (draft, set, flags) => html`
  <fieldset><legend>${t("flag.ground")}</legend>${chips("ground", meant(draft, flags).flag?.grounds ?? [], meant(draft, flags).ground, (because) => set({ because }))}</fieldset>`;

const empty = () => ({ role: "officer", flag: "", because: "", evidence: "" });

const Clear = simple("clear.go", empty, (draft, set, _, file) => html`
  ${which(draft, set, open(file.flags))}${grounds(draft, set, open(file.flags))}${asOf(draft, set)}${evidence(draft, set)}`,
  (draft, desk, file) => ({ office: desk.office, role: draft.role, flag: meant(draft, open(file.flags)).flag.id, because: meant(draft, open(file.flags)).ground, evidence: draft.evidence }), "clear-flag");

const Confirm = simple("flag.confirm.go", empty, (draft, set, _, file) => html`
  ${which(draft, set, open(file.flags))}${asOf(draft, set)}${evidence(draft, set)}`,
  (draft, desk, file) => ({ office: desk.office, role: draft.role, flag: meant(draft, open(file.flags)).flag.id, evidence: draft.evidence }), "confirm-flag");

const Recheck = simple("recheck.go", (today) => ({ role: "officer", finding: "in_school", happened: today, evidence: "" }), (draft, set, today) => html`
  <fieldset><legend>${t("recheck.finding")}</legend>${chips("finding", FINDINGS, draft.finding, (finding) => set({ finding }))}</fieldset>
  ${day(draft, set, "happened", "recheck.happened", { max: today })}
  ${asOf(draft, set)}${evidence(draft, set)}`,
  (draft, desk) => ({ office: desk.office, role: draft.role, finding: draft.finding, happened: draft.happened, evidence: draft.evidence }), "record-recheck");

export const FLAG_FORMS = { "clear-flag": Clear, "confirm-flag": Confirm, "record-recheck": Recheck };

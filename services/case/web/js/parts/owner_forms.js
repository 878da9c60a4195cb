// The forms of what is said about who answers for a file, by the word of the command.
import { html } from "/look/vendor/htm-3.1.1/standalone.module.js";
import { t } from "../words.js";
import { asOf, chips, officeFor, simple } from "./form_parts.js";

const SENT_BACK = ["not_here", "no_household_register", "lives_elsewhere", "sent_in_error", "other"];
const UNOWNED = ["no_household_register", "lives_elsewhere", "between_counties", "other"];
export const OF_SCHOOLS = ["principal", "teacher"];

const receiver = (file) => `/counties/${file.hand_over.to_county}`;

const TakeOver = simple("take.go", () => ({ role: "officer" }), (draft, set) => html`${asOf(draft, set)}<p class="note">${t("take.about")}</p>`,
  (draft, _, file) => ({ office: receiver(file), role: draft.role }), "take-over");

const SendBack = simple("back.go", () => ({ role: "officer", because: "not_here" }), (draft, set) => html`
  ${asOf(draft, set)}
  <fieldset><legend>${t("decline.because")}</legend>${chips("sent_back", SENT_BACK, draft.because, (because) => set({ because }))}</fieldset>`,
  (draft, _, file) => ({ office: receiver(file), role: draft.role, because: draft.because }), "send-back");

const HandOn = simple("on.go", () => ({ role: "officer", to: "", to_office: "" }), (draft, set, _, file) => html`
  <fieldset><legend>${t("on.to")}</legend>
    <div class="chips">${file.chain.links.filter(({ role }) => role !== "parent").map(({ role }) => html`
      <label key=${role}><input type="radio" name="to" value=${role} required checked=${role === draft.to} onChange=${() => set({ to: role })} /><span>${t(`as.${role}`)}</span></label>`)}</div></fieldset>
  ${OF_SCHOOLS.includes(draft.to) && html`
    <label>${t("on.school")} <input name="to_office" required pattern="[0-9]{10}" inputmode="numeric" autocomplete="off" value=${draft.to_office} onInput=${(event) => set({ to_office: event.target.value })} /></label>`}
  ${asOf(draft, set)}`,
  (draft, desk, file) => ({
    office: officeFor(desk, file), role: draft.role, to: draft.to, ...(OF_SCHOOLS.includes(draft.to) ? { to_office: `/schools/${draft.to_office}` } : {}),
  }), "hand-on");

const Disown = simple("nobody.go", () => ({ role: "officer", because: "no_household_register" }), (draft, set) => html`
  ${asOf(draft, set)}
  <fieldset><legend>${t("decline.because")}</legend>${chips("unowned", UNOWNED, draft.because, (because) => set({ because }))}</fieldset>
  <p class="note">${t("nobody.about")}</p>`,
  (draft, _, file) => ({ office: `/counties/${file.county}`, role: draft.role, because: draft.because }), "disown");

const Give = simple("give.go", () => ({ role: "officer", to_county: "" }), (draft, set, _, __, desk, place) => html`
  <label>${t("give.to")}
    <select name="to_county" required value=${draft.to_county} onChange=${(event) => set({ to_county: event.target.value })}>
      <option value=""></option>
      ${desk.counties.map(({ code }) => html`<option key=${code} value=${code}>${place(code)}</option>`)}
    </select></label>
  ${asOf(draft, set)}`,
  (draft, desk) => ({ office: desk.office, role: draft.role, to_county: draft.to_county }), "give");

export const OWNER_FORMS = { "take-over": TakeOver, "send-back": SendBack, "hand-on": HandOn, disown: Disown, give: Give };

// The forms of a place that is asked for in a school, and of one that is given up, by the word of the command.
import { html } from "/look/vendor/htm-3.1.1/standalone.module.js";
import { useLive } from "../live.js";
import { t } from "../words.js";
import { asOf, chips, simple } from "./form_parts.js";
import { PLACES, termNamed } from "./places.js";

const FREEING = ["not_needed", "other_school", "family_declined", "asked_in_error", "other"];
const [SPRING, AUTUMN] = ["spring", "autumn"];
const MOST = 100;

// The term that a day falls in and the two after it, as the service counts them: February begins the spring, August the autumn.
function termsFrom(today) {
  const [year, month] = [Number(today.slice(0, 4)), Number(today.slice(5, 7))];
  const now = 2 * year + (month >= 8 ? 1 : month >= 2 ? 0 : -1);
  return [now, now + 1, now + 2].map((term) => `${Math.floor(term / 2)}-${[SPRING, AUTUMN][term % 2]}`);
}

const given = (file) => PLACES.filter((place) => ["asked", "held", "wanting"].includes(file.places?.[place]));

// The schools of the file's county as they are known, and how many of the places that are asked for are free in the one that is named.
function School({ draft, set, file }) {
  const { document: page } = useLive(`/v1/places?county=${file.county}&limit=${MOST}`);
  const schools = page?.schools ?? [];
  const term = schools.find((each) => each.school === draft.school)?.terms.find((each) => each.term === draft.term);
  return html`
    <label>${t("places.school")}
      <input name="school" required pattern="[0-9]{10}" inputmode="numeric" autocomplete="off" list="schools" aria-describedby="school-about" value=${draft.school} onInput=${(event) => set({ school: event.target.value })} /></label>
    <datalist id="schools">${schools.map((each) => html`<option key=${each.school} value=${each.school}></option>`)}</datalist>
    <p class="note" id="school-about" data-free>${term ? t("places.free", { n: term[draft.place].free }) : t("places.school.about")}</p>`;
}

const Hold = simple("hold.go", (today, _, file) => ({ role: "officer", place: file.places?.missing[0] ?? "seat", school: file.places?.school ?? "", term: termsFrom(today).find((term) => term === file.places?.term) ?? termsFrom(today)[0] }), (draft, set, today, file) => html`
  <fieldset><legend>${t("places.what")}</legend>${chips("place", PLACES, draft.place, (place) => set({ place }))}</fieldset>
  <${School} draft=${draft} set=${set} file=${file} />
  <label>${t("places.term")}
    <select name="term" onChange=${(event) => set({ term: event.target.value })}>${termsFrom(today).map((term) => html`<option key=${term} value=${term} selected=${term === draft.term}>${termNamed(term)}</option>`)}</select></label>
  ${file.places && (file.places.school !== draft.school || file.places.term !== draft.term) && html`<p class="note">${t("hold.gives-up")}</p>`}
  ${asOf(draft, set)}`,
  (draft, _, file) => ({ office: `/counties/${file.county}`, role: draft.role, place: draft.place, school: draft.school, term: draft.term }), "hold-place");

const meant = (draft, file) => (given(file).includes(draft.place) ? draft.place : given(file)[0]);

const Free = simple("free.go", () => ({ role: "officer", place: "", because: FREEING[0] }), (draft, set, _, file) => html`
  <fieldset><legend>${t("places.what")}</legend>${chips("place", given(file), meant(draft, file), (place) => set({ place }))}</fieldset>
  <fieldset><legend>${t("decline.because")}</legend>${chips("freeing", FREEING, draft.because, (because) => set({ because }))}</fieldset>
  ${asOf(draft, set)}`,
  (draft, _, file) => ({ office: `/counties/${file.county}`, role: draft.role, place: meant(draft, file), because: draft.because }), "free-place");

export const PLACE_FORMS = { "hold-place": Hold, "free-place": Free };

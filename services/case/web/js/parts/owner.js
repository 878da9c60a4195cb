// Who answers for a file: the county's chain, a hand-over on its way and how old it is, and that a file is nobody's.
import { areaOf } from "/look/js/session.js";
import { html } from "/look/vendor/htm-3.1.1/standalone.module.js";
import { spoken, t } from "../words.js";

// Parents are in every chain, and no file is handed on to them.
export const ANSWERING = ["education_head", "county_head", "township_head", "village_head", "principal", "teacher"];

// Names counties that are not of the caller's own area too. places: those that the server told.
export const naming = (place, places) => (code) => {
  const named = place(code);
  return named === code ? (places.find((each) => each.code === code)?.name ?? code) : named;
};

// The name of an office's area, or the code of a school.
export const areaNamed = (office, name) => (areaOf(office) ? name(areaOf(office)) : office.split("/").at(-1));

export const officeOf = (office, name) => (areaOf(office) ? areaNamed(office, name) : t("owner.school", { code: areaNamed(office, name) }));

// Where a file is on its way, in a few words.
export const Way = ({ sent, name }) => html`
  <span class="way" data-way=${sent.overdue ? "late" : "later"}>${t("owner.way", { from: name(sent.from_county), to: name(sent.to_county) })} · <span class="mark">${t("owner.days", { n: sent.days })}</span></span>`;

export const whoAnswers = (file, name) => `${t(`as.${file.answers.role}`)} ${file.answers.office === `/counties/${file.county}` ? "" : officeOf(file.answers.office, name)}`.trim();

export function Owner({ file, name }) {
  const { chain, hand_over: sent, unowned } = file;
  const last = chain.links.length - 1;
  return html`
    <section class="card owner" aria-labelledby="owner-title" data-part="owner">
      <h3 id="owner-title">${t("owner.title")}</h3>
      <p data-answers=${file.answers.role}>${t("owner.now", { who: whoAnswers(file, name), county: name(file.county) })}</p>
      ${sent && html`
        <p class="strip" data-sent-to=${sent.to_county}><${Way} sent=${sent} name=${name} /> ${t("owner.due", { day: sent.due })}
          ${sent.because && html` <span>${t("owner.back", { why: t(`sent_back.${sent.because}`), n: sent.turns })}</span>`}
          <span class="note">${t("owner.meanwhile", { county: name(file.county) })}</span></p>`}
      ${unowned && html`<p class="strip bad" data-unowned=${unowned.because}>${t("owner.unowned", { n: unowned.days, why: t(`unowned.${unowned.because}`) })}</p>`}
      <ol class="chain" aria-label=${t("owner.chain")}>${chain.links.map((link, n) => html`
        <li key=${link.role} data-link=${link.role} aria-current=${link.answers ? "true" : undefined}>${link.title[spoken()]}${n < last ? html`<span aria-hidden="true"> → </span>` : ""}</li>`)}</ol>
    </section>`;
}

// What thins a list out, and what takes it away as a table.
import { html, useState } from "/look/vendor/htm-3.1.1/standalone.module.js";
import { asked, ORDERS } from "../address.js";
import { save } from "../api.js";
import { spoken, t } from "../words.js";
import { ANSWERING } from "./owner.js";

const SCHOOL = /^\d{10}$/;
const REASONS = ["learning", "work", "marriage", "religion", "family", "poverty", "illness", "distance", "other", "unknown"];

export function Filter({ desk, view, go, may, place, schools }) {
  const [says, say] = useState("");
  const choose = (name) => (event) => go({ ...view, after: "", [name]: event.target.value });

  // The record knows the school of a child and nothing between it and the county: there is no township to choose.
  const among = (event) => (!event.target.value || SCHOOL.test(event.target.value)) && choose("school")(event);

  async function take(format) {
    say("");
    const query = asked({ ...view, after: "" }, { format, lang: spoken() });
    await save(`/v1/desk/export?${query}`, `${view.queue}.${format}`).then(() => say(t("filter.export.done")), (error) => say(t("filter.export.failed", { why: error.message })));
  }

  return html`
    <div class="filter" role="group" aria-label=${t("filter.label")}>
      ${desk.counties.length > 1 && html`
        <label>${t("filter.county")}
          <select name="county" value=${view.county} onChange=${choose("county")}>
            <option value="">${t("filter.all")}</option>
            ${desk.counties.map(({ code }) => html`<option key=${code} value=${code}>${place(code)}</option>`)}
          </select>
        </label>`}
      <label>${t("filter.reason")}
        <select name="reason" value=${view.reason} onChange=${choose("reason")}>
          <option value="">${t("filter.all")}</option>
          ${REASONS.map((reason) => html`<option key=${reason} value=${reason}>${t(`reason.${reason}`)}</option>`)}
        </select>
      </label>
      <label>${t("filter.answers")}
        <select name="answers" value=${view.answers} onChange=${choose("answers")}>
          <option value="">${t("filter.all")}</option>
          ${ANSWERING.map((role) => html`<option key=${role} value=${role}>${t(`as.${role}`)}</option>`)}
        </select>
      </label>
      ${desk.names && html`
        <label>${t("filter.school")}
          <input name="school" list="schools" inputmode="numeric" pattern="[0-9]{10}" maxlength="10" size="11" title=${t("filter.school.about")} placeholder=${t("filter.all")} value=${view.school} onChange=${among} />
          <datalist id="schools">${schools.map((each) => html`<option key=${each} value=${each} />`)}</datalist>
        </label>`}
      <label>${t("filter.order")}
        <select name="order" value=${view.order || ORDERS[0]} onChange=${(event) => go({ ...view, after: "", order: event.target.value === ORDERS[0] ? "" : event.target.value })}>
          ${ORDERS.map((order) => html`<option key=${order} value=${order}>${t(`order.${order}`)}</option>`)}
        </select>
      </label>
      ${may("export-files") && ["csv", "xlsx", "pdf"].map((format) => html`
        <button key=${format} type="button" class="quiet" data-export=${format} onClick=${() => take(format)}>${t(`filter.export.${format}`)}</button>`)}
      <span class="note" role="status">${says}</span>
    </div>`;
}

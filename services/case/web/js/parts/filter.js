// What thins a list out, and what takes it away as a table.
import { html, useState } from "/look/vendor/htm-3.1.1/standalone.module.js";
import { asked } from "../address.js";
import { spoken, t } from "../words.js";
import { ANSWERING } from "./owner.js";

const REASONS = ["learning", "work", "marriage", "religion", "family", "poverty", "illness", "distance", "other", "unknown"];

export function Filter({ desk, view, go, may, place }) {
  const [says, say] = useState("");
  const choose = (name) => (event) => go({ ...view, after: "", [name]: event.target.value });

  async function take(format) {
    say("");
    const query = asked({ ...view, after: "" }, { format, lang: spoken() });
    const answer = await fetch(`/v1/desk/export?${query}`, { headers: { "accept-language": document.documentElement.lang } }).catch(() => null);
    if (!answer?.ok) {
      const told = await answer?.json().catch(() => null);
      return say(t("filter.export.failed", { why: told?.detail ?? "…" }));
    }
    const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(await answer.blob()), download: `${view.queue}.${format}` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    say(t("filter.export.done"));
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
      ${may("export-files") && ["csv", "xlsx"].map((format) => html`
        <button key=${format} type="button" class="quiet" data-export=${format} onClick=${() => take(format)}>${t(`filter.export.${format}`)}</button>`)}
      <span class="note" role="status">${says}</span>
    </div>`;
}

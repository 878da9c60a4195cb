// The rows of a list: when it is due first, for that is what an officer works by.
import { html } from "/look/vendor/htm-3.1.1/standalone.module.js";
import { between } from "../days.js";
import { t } from "../words.js";
import { Way, whoAnswers } from "./owner.js";

// How far a due day is away, in a few words.
export function whenDue(due, today) {
  if (!due) return "";
  const days = between(today, due);
  if (days < 0) return t("list.late", { n: -days });
  return days === 0 ? t("list.now") : t("list.in", { n: days });
}

const urgency = (due, today) => (!due ? "none" : due < today ? "late" : due === today ? "now" : "later");

export function Rows({ files, today, chosen, many, names, place, link }) {
  return html`
    <table class="rows">
      <thead><tr>
        <th>${t("column.due")}</th><th>${t("column.name")}</th>${many && html`<th>${t("column.county")}</th>`}
        <th>${t("column.reason")}</th><th>${t("column.state")}</th><th>${t("column.answers")}</th><th class="n">${t("column.attempts")}</th>
      </tr></thead>
      <tbody>
        ${files.map((file, n) => html`
          <tr key=${file.id} data-row=${file.id} data-due=${urgency(file.due, today)} class=${n === chosen ? "chosen" : ""}>
            <td class="due"><span class="mark">${whenDue(file.due, today)}</span><span class="day">${file.due ?? ""}</span></td>
            <td class="name"><a ...${link({ file: file.id })}>${names.of(file.id) || html`<span class="id">${file.id.slice(0, 8)}…</span>`}</a></td>
            ${many && html`<td class="county">${place(file.county)}</td>`}
            <td class="reason">${file.reason ? t(`reason.${file.reason}`) : ""}</td>
            <td class="state"><span class="tag" data-state=${file.state}>${t(`state.${file.state}`)}</span>${file.urgency && html` <span class="tag" data-urgency=${file.urgency}>${t(`urgency.${file.urgency}`)}</span>`}
              ${file.hand_over && html` <${Way} sent=${file.hand_over} name=${place} />`}${file.unowned && html` <span class="mark">${t(`unowned.${file.unowned.because}`)}</span>`}</td>
            <td class="answers">${whoAnswers(file, place)}</td>
            <td class="n attempts"><span class="label">${t("column.attempts")} </span>${file.attempts}</td>
          </tr>`)}
      </tbody>
    </table>`;
}

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

// picked: the ids that are picked for an act on several; pick: picks one or lets it go, null where nothing may be done to several.
export function Rows({ files, today, chosen, many, names, place, link, picked, pick }) {
  const all = files.length > 0 && files.every((file) => picked.has(file.id));
  return html`
    <table class="rows">
      <thead><tr>
        ${pick && html`<th class="pick"><input type="checkbox" name="all" aria-label=${t("many.all")} checked=${all} onChange=${() => pick(files.map((file) => file.id), !all)} /></th>`}
        <th>${t("column.due")}</th><th>${t("column.name")}</th>${many && html`<th>${t("column.county")}</th>`}
        <th>${t("column.reason")}</th><th>${t("column.state")}</th><th>${t("column.answers")}</th><th class="n">${t("column.attempts")}</th><th class="n">${t("column.out")}</th>
      </tr></thead>
      <tbody>
        ${files.map((file, n) => html`
          <tr key=${file.id} data-row=${file.id} data-due=${urgency(file.due, today)} class=${n === chosen ? "chosen" : ""}>
            ${pick && html`<td class="pick"><input type="checkbox" name="pick" aria-label=${t("many.pick", { name: names.of(file.id) || file.id.slice(0, 8) })} checked=${picked.has(file.id)} onChange=${(event) => pick([file.id], event.target.checked)} /></td>`}
            <td class="due"><span class="mark">${whenDue(file.due, today)}</span><span class="day">${file.due ?? ""}</span>${file.visit && html`<span class="visit">${t("list.visit", { day: file.visit.slice(5) })}</span>`}</td>
            <td class="name"><a ...${link({ file: file.id })}>${names.of(file.id) || html`<span class="id">${file.id.slice(0, 8)}…</span>`}</a></td>
            ${many && html`<td class="county">${place(file.county)}</td>`}
            <td class="reason">${file.reason ? t(`reason.${file.reason}`) : ""}</td>
            <td class="state"><span class="tag" data-state=${file.state}>${t(`state.${file.state}`)}</span>${file.urgency && html` <span class="tag" data-urgency=${file.urgency}>${t(`urgency.${file.urgency}`)}</span>`}
              ${file.hand_over && html` <${Way} sent=${file.hand_over} name=${place} />`}${file.unowned && html` <span class="mark">${t(`unowned.${file.unowned.because}`)}</span>`}</td>
            <td class="answers">${whoAnswers(file, place)}</td>
            <td class="n attempts"><span class="label">${t("column.attempts")} </span>${file.attempts}</td>
            <td class="n out"><span class="label">${t("column.out")} </span>${file.out ? between(file.out, today) : ""}</td>
          </tr>`)}
      </tbody>
    </table>`;
}

// Counties side by side, the one with the most overdue files first.
import { html } from "/look/vendor/htm-3.1.1/standalone.module.js";
import { addressOf } from "../address.js";
import { between } from "../days.js";
import { useLive } from "../live.js";
import { t } from "../words.js";
import { Oversight } from "./oversight.js";

const SHOWN = ["overdue", "escalated", "today", "coming", "confirm", "watched", "second", "no-place", "flagged", "recheck", "incoming", "sent", "ageing", "unowned"];

export function Areas({ view, go, may, place }) {
  const { document: counts, error } = useLive("/v1/desk/counts");
  const to = (change) => {
    const next = { ...view, areas: false, after: "", ...change };
    return { href: addressOf(next), onClick: (event) => (event.preventDefault(), go(next)) };
  };
  const counties = [...(counts?.counties ?? [])].sort((one, other) => other.queues.overdue - one.queues.overdue || one.code.localeCompare(other.code));
  const late = (day) => (day && day < counts.today ? between(day, counts.today) : 0);
  return html`
    <main id="main" class="areas" tabindex="-1">
      <div class="lead"><h2>${t("areas.title")}</h2><p><a class="button" ...${to({ county: "" })}>${t("file.back")}</a></p></div>
      ${error && html`<p class="strip" role="status">${t("list.failed")}</p>`}
      ${counts === null ? html`<p class="says">${t("list.loading")}</p>` : !counties.length ? html`<p class="says">${t("areas.none")}</p>` : html`
        <div class="scroll" tabindex="0" role="region" aria-label=${t("areas.title")}><table class="rows counties">
          <thead><tr><th>${t("filter.county")}</th>${SHOWN.map((queue) => html`<th class="n" key=${queue}>${t(`queue.${queue}`)}</th>`)}<th>${t("areas.oldest")}</th></tr></thead>
          <tbody>
            ${counties.map(({ code, queues, oldest }) => html`
              <tr key=${code} data-county=${code}>
                <th scope="row"><a ...${to({ county: code, queue: "overdue" })}>${place(code)}</a></th>
                ${SHOWN.map((queue) => html`<td class="n" key=${queue} data-queue=${queue}>${queues[queue]
                  ? html`<a ...${to({ county: code, queue })}>${queues[queue].toLocaleString("en")}</a>` : "0"}</td>`)}
                <td data-due=${late(oldest) ? "late" : "later"}>${oldest ?? ""} ${late(oldest) ? html`<span class="mark">${t("areas.late", { n: late(oldest) })}</span>` : ""}</td>
              </tr>`)}
          </tbody>
        </table></div>`}
      ${may("read-oversight") && html`<${Oversight} to=${to} place=${place} />`}
    </main>`;
}

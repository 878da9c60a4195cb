// Flags and re-checks of the counties, side by side, as reporting counts them: the county with the most children not in school first.
import { html } from "/look/vendor/htm-3.1.1/standalone.module.js";
import { useLive } from "../live.js";
import { t } from "../words.js";

const EVERY = 15_000;
// Their flags are of a county and not of a file.
const OF_COUNTIES = ["burst", "before_report_day", "zero_stated"];
const SAMPLED = [["drawn", (of) => of.drawn], ["files", (of) => of.files], ["found", (of) => Object.values(of.found).reduce((sum, n) => sum + n, 0)]];

const shown = (n) => n.toLocaleString("en");
const open = ({ flags }) => Object.values(flags).reduce((sum, flag) => sum + flag.open, 0);
const first = (one, other) => other.samples.found.not_in_school - one.samples.found.not_in_school || open(other) - open(one) || one.code.localeCompare(other.code);

// What became of the flags of a rule: those that are open, and below them those that were settled.
function Rule({ rule, flags, link }) {
  const settled = flags.cleared + flags.confirmed;
  return html`
    <td class="n" data-rule=${rule}>
      ${flags.open ? html`<b>${link(shown(flags.open), rule)}</b>` : "0"}
      ${settled > 0 && html`<span class="settled">${t("oversight.settled", { cleared: shown(flags.cleared), confirmed: shown(flags.confirmed) })}</span>`}
    </td>`;
}

function Cells({ of, link }) {
  return html`
    ${Object.entries(of.flags).map(([rule, flags]) => html`<${Rule} key=${rule} rule=${rule} flags=${flags} link=${link} />`)}
    ${SAMPLED.map(([what, count]) => html`<td class="n" key=${what} data-sampled=${what}>${shown(count(of.samples))}</td>`)}
    ${Object.entries(of.samples.found).map(([finding, n]) => html`<td class="n" key=${finding} data-finding=${finding}>${shown(n)}</td>`)}`;
}

export function Oversight({ to, place }) {
  const { document: told, error } = useLive("/v1/desk/oversight", EVERY);
  if (told === null) return html`<p class="says" role="status">${t(error ? "oversight.away" : "list.loading")}</p>`;
  const counties = [...told.counties].sort(first);
  const link = (code) => (text, rule) => html`<a ...${to(OF_COUNTIES.includes(rule) ? { county: "", flags: true } : { county: code, queue: "flagged" })}>${text}</a>`;
  return html`
    <section aria-labelledby="oversight-title" data-part="oversight">
      <div class="lead"><h2 id="oversight-title">${t("oversight.title")}</h2><p>${t("oversight.about")}</p></div>
      ${error && html`<p class="strip" role="status">${t("oversight.away")}</p>`}
      ${!counties.length ? html`<p class="says">${t("oversight.none")}</p>` : html`
        <div class="scroll" tabindex="0" role="region" aria-labelledby="oversight-title"><table class="rows counties">
          <thead>
            <tr><th rowspan="2" scope="col">${t("filter.county")}</th><th colspan=${Object.keys(told.flags).length} scope="colgroup">${t("oversight.flags")}</th>
              <th colspan=${SAMPLED.length} scope="colgroup">${t("oversight.samples")}</th><th colspan=${Object.keys(told.samples.found).length} scope="colgroup">${t("oversight.found")}</th></tr>
            <tr>${Object.keys(told.flags).map((rule) => html`<th class="n" scope="col" key=${rule}>${t(`rule.${rule}`)}</th>`)}
              ${SAMPLED.map(([what]) => html`<th class="n" scope="col" key=${what}>${t(`oversight.${what}.n`)}</th>`)}
              ${Object.keys(told.samples.found).map((finding) => html`<th class="n" scope="col" key=${finding}>${t(`finding.${finding}`)}</th>`)}</tr>
          </thead>
          <tbody>
            ${counties.map((county) => html`<tr key=${county.code} data-overseen=${county.code}><th scope="row">${place(county.code)}</th><${Cells} of=${county} link=${link(county.code)} /></tr>`)}
          </tbody>
          <tfoot><tr data-overseen="all"><th scope="row">${t("oversight.all")}</th><${Cells} of=${told} link=${(text) => text} /></tr></tfoot>
        </table></div>`}
    </section>`;
}

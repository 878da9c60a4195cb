// Places in schools: those of a file, and a page of the schools of the desk's counties with what is stated, held, taken and free.
import { html } from "/look/vendor/htm-3.1.1/standalone.module.js";
import { addressOf } from "../address.js";
import { useLive } from "../live.js";
import { joined, t } from "../words.js";

export const PLACES = ["seat", "bed"];
const A_PAGE = 50;

export const termNamed = (term) => t(`term.${term.slice(5)}`, { year: term.slice(0, 4) });

export function Places({ places }) {
  if (!places) return null;
  return html`
    <section class="card" aria-labelledby="places-title" data-part="places">
      <h3 id="places-title">${t("places.title")}</h3>
      <p>${t("places.named", { school: places.school })} <span>${termNamed(places.term)}</span></p>
      <ul class="places">${PLACES.filter((place) => places[place] || places.missing.includes(place)).map((place) => html`
        <li key=${place} data-place=${place} data-place-state=${places[place] ?? "none"}><b>${t(`place.${place}`)}</b> <span class="tag">${t(`place.state.${places[place] ?? "none"}`)}</span></li>`)}</ul>
      ${places.missing.length > 0 && html`<p class="strip bad" data-missing=${places.missing.join(" ")}>${t("places.missing", { what: joined(places.missing.map((place) => t(`place.${place}`))) })}</p>`}
    </section>`;
}

const cell = (tally, of) => html`<td class="n" data-free=${tally.free < 0 ? "over" : tally.free ? "some" : "none"} aria-label=${t("places.cell", { what: of, ...tally })}>
  <b>${tally.free}</b> <span class="note">${t("places.of", tally)}</span></td>`;

// Every school whose places were stated, by county and code. Who reads it may not be who holds places.
export function CountyPlaces({ view, go, place }) {
  const query = new URLSearchParams({ limit: A_PAGE, ...(view.county && { county: view.county }), ...(view.after && { after: view.after }) });
  const { document: page, error } = useLive(`/v1/places?${query}`);
  const to = (next) => ({ href: addressOf(next), onClick: (event) => (event.preventDefault(), go(next)) });
  const rows = page?.schools.flatMap((school) => school.terms.map((term) => ({ ...school, ...term })));
  return html`
    <main id="main" class="areas" tabindex="-1">
      <div class="lead"><h2>${t("places.counties")}</h2><p>${t("places.about")}</p><p><a class="button" ...${to({ ...view, places: false, after: "" })}>${t("file.back")}</a></p></div>
      ${error && html`<p class="strip" role="status">${t("list.failed")}</p>`}
      ${page === null ? html`<p class="says">${t("list.loading")}</p>` : !rows.length ? html`<p class="says">${t("places.none")}</p>` : html`
        <div class="scroll" tabindex="0" role="region" aria-label=${t("places.counties")}><table class="rows schools">
          <thead><tr><th>${t("filter.county")}</th><th>${t("places.school")}</th><th>${t("places.term")}</th>${PLACES.map((kind) => html`<th class="n" key=${kind}>${t(`place.${kind}`)}</th>`)}<th>${t("places.at")}</th></tr></thead>
          <tbody>${rows.map((row) => html`
            <tr key=${`${row.school} ${row.term}`} data-school=${row.school} data-term=${row.term}>
              <td>${place(row.county)}</td><th scope="row">${row.school}</th><td>${termNamed(row.term)}</td>
              ${PLACES.map((kind) => cell(row[kind], t(`place.${kind}`)))}<td>${row.at.slice(0, 10)}</td>
            </tr>`)}</tbody>
        </table></div>`}
      ${page?.next && html`<p class="pages"><a class="button" ...${to({ ...view, after: page.next })} data-act="next">${t("list.next")}</a></p>`}
    </main>`;
}

// What stands beside a file, from other services: aid, and who looked. A file can be worked on without either.
import { html, useEffect, useState } from "/look/vendor/htm-3.1.1/standalone.module.js";
import { areaOf } from "/look/js/session.js";
import { read } from "../api.js";
import { t } from "../words.js";

function useOnce(path) {
  const [found, tell] = useState({ document: undefined, away: false });
  useEffect(() => {
    read(path).then((document) => tell({ document, away: false }), () => tell({ document: undefined, away: true }));
  }, [path]);
  return found;
}

export function Aid({ student }) {
  const { document, away } = useOnce(`/v1/desk/files/${student}/aid`);
  const term = (name) => t(`term.${name.split("-")[1]}`, { year: name.split("-")[0] });
  return html`
    <section class="card" aria-labelledby="aid-title" data-part="aid">
      <h3 id="aid-title">${t("file.aid")}</h3>
      ${away && html`<p class="note">${t("file.aid.away")}</p>`}
      ${document && !document.grants.length && html`<p class="note">${t("file.aid.none")}</p>`}
      ${document?.grants.length > 0 && html`<ul class="lines">${document.grants.map((grant) => html`
        <li key=${grant.id}><span>${term(grant.term)} ${t(`scheme.${grant.scheme}`)}</span> <b>${t("money", { yuan: (grant.fen / 100).toLocaleString("en") })}</b> <span class="tag" data-grant=${grant.state}>${t(`grant.${grant.state}`)}</span></li>`)}</ul>`}
    </section>`;
}

export function Looks({ student, place }) {
  const { document, away } = useOnce(`/v1/desk/files/${student}/looks`);
  const office = (name) => (areaOf(name) ? place(areaOf(name)) : name);
  return html`
    <section class="card" aria-labelledby="looks-title" data-part="looks">
      <h3 id="looks-title">${t("file.looks")}</h3>
      ${away && html`<p class="note">${t("file.looks.away")}</p>`}
      ${document && !document.looks.length && html`<p class="note">${t("file.looks.none")}</p>`}
      ${document?.looks.length > 0 && html`<ul class="lines looks">${document.looks.map((look, n) => html`
        <li key=${n}><time>${look.time.slice(0, 16).replace("T", " ")}</time> <span>${office(look.office)} ${look.caller}</span> <b>${t(`did.${look.did}`)}</b> <span class="note">${t(`purpose.${look.purpose}`)}</span></li>`)}</ul>`}
    </section>`;
}

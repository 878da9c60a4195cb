// Notes and attachments of a child: kept by the directory of names, sealed. They are read by a second act, for each look is recorded; a file is saved
// and never shown in the page.
import { html, useEffect, useState } from "/look/vendor/htm-3.1.1/standalone.module.js";
import { areaOf } from "/look/js/session.js";
import { drawn, post, read, save, sendFile } from "../api.js";
import { t } from "../words.js";

const KINDS = ["signed_form", "photograph", "letter", "other"];
const TYPES = ["image/jpeg", "image/png", "application/pdf"];
const MOST = 5 << 20;

export function Notes({ student, may, place }) {
  const [{ notes, away }, tell] = useState({ notes: null, away: false });
  const [asked, ask] = useState(0);
  const [text, type] = useState("");
  const [why, fail] = useState("");
  // The id of what is being written: sent again after a lost answer, it is written once.
  const [id, draw] = useState(drawn);
  const at = `/v1/desk/files/${student}`;
  useEffect(() => {
    if (asked) read(`${at}/notes?purpose=work`).then((found) => tell({ notes: found.notes, away: false }), () => tell({ notes: null, away: true }));
  }, [asked]);

  const written = () => (fail(""), draw(drawn()), ask(asked + 1));
  async function keep(event) {
    event.preventDefault();
    await post(`${at}/notes`, { id, text }).then(() => (type(""), written()), (error) => fail(error.message));
  }
  async function attach(event) {
    event.preventDefault();
    const form = event.target;
    const [file, kind] = [form.elements.file.files[0], form.elements.kind.value];
    if (!file || file.size > MOST || !TYPES.includes(file.type)) return fail(t("notes.file"));
    await sendFile(`${at}/attachments?note=${id}&kind=${kind}`, file).then(() => (form.reset(), written()), (error) => fail(error.message));
  }
  const office = (name) => (areaOf(name) ? place(areaOf(name)) : name);
  return html`
    <section class="card notes" aria-labelledby="notes-title" data-part="notes">
      <h3 id="notes-title">${t("notes.title")}</h3>
      ${away && html`<p class="note">${t("notes.away")}</p>`}
      ${!asked && html`<p><button type="button" class="quiet" data-act="notes" onClick=${() => ask(1)}>${t("notes.show")}</button></p>`}
      ${notes?.length === 0 && html`<p class="note">${t("notes.none")}</p>`}
      ${notes?.length > 0 && html`<ul class="notes">${notes.map((each) => html`
        <li key=${each.id} data-note=${each.kind}>
          <p class="note">${each.written_at.slice(0, 16).replace("T", " ")} ${office(each.office)} ${each.caller}</p>
          ${each.text !== null ? html`<p class="text">${each.text}</p>` : html`
            <p>${t(`notes.kind.${each.kind}`)} <span class="note">${t("notes.size", { kb: Math.ceil(each.size / 1024) })}</span>
              <button type="button" class="quiet" data-take=${each.id} onClick=${() => save(`${at}/attachments/${each.id}?purpose=work`, `${each.id.slice(0, 8)}.${each.media_type.split("/")[1]}`).catch((error) => fail(error.message))}>${t("notes.take")}</button></p>`}
        </li>`)}</ul>`}
      ${why && html`<p class="strip bad" role="alert">${t("notes.failed", { why })}</p>`}
      ${may("write-notes") && html`
        <form onSubmit=${keep} data-form="note">
          <label>${t("notes.text")} <textarea name="text" required maxlength="2000" value=${text} onInput=${(event) => type(event.target.value)}></textarea></label>
          <p class="acts"><button class="button">${t("notes.keep")}</button></p>
        </form>
        <form onSubmit=${attach} data-form="attachment">
          <label>${t("notes.file")} <input type="file" name="file" required accept=${TYPES.join(",")} /></label>
          <label>${t("notes.kind")} <select name="kind">${KINDS.map((kind) => html`<option key=${kind} value=${kind}>${t(`notes.kind.${kind}`)}</option>`)}</select></label>
          <p class="acts"><button class="button">${t("notes.attach")}</button></p>
        </form>
        <p class="note">${t("notes.about")}</p>`}
    </section>`;
}

// Finds a child by its whole name and day of birth, in a dialog of its own. Nothing that is typed here is kept anywhere.
import { html, useEffect, useRef, useState } from "/look/vendor/htm-3.1.1/standalone.module.js";
import { post } from "../api.js";
import { t } from "../words.js";
import { PURPOSES } from "./who.js";

export function Search({ view, go, close }) {
  const box = useRef(null);
  const [found, tell] = useState(null);
  const [why, fail] = useState("");
  useEffect(() => box.current.showModal(), []);

  async function find(event) {
    event.preventDefault();
    const asked = Object.fromEntries(new FormData(event.target));
    fail("");
    tell(null);
    await post("/v1/desk/search", asked).then(tell, (error) => fail(error.message));
  }
  function open(student) {
    close();
    go({ ...view, file: student });
  }
  const files = new Set(found?.files.map((file) => file.id));
  return html`
    <dialog ref=${box} class="search" aria-labelledby="search-title" onClose=${close}>
      <h2 id="search-title">${t("search.title")}</h2>
      <form onSubmit=${find}>
        <label>${t("search.name")} <input name="name" required maxlength="64" autocomplete="off" autofocus /></label>
        <label>${t("search.birth")} <input name="birth_date" type="date" required /></label>
        <label>${t("search.purpose")} <select name="purpose">${PURPOSES.map((each) => html`<option key=${each} value=${each}>${t(`purpose.${each}`)}</option>`)}</select></label>
        <p class="note">${t("search.about")}</p>
        <p class="acts"><button class="big">${t("search.go")}</button> <button type="button" class="quiet" onClick=${() => box.current.close()}>${t("file.cancel")}</button></p>
      </form>
      <div role="status">
        ${why && html`<p class="strip">${t("search.failed", { why })}</p>`}
        ${found && !found.children.length && html`<p>${t("search.nobody")}</p>`}
        ${found && html`<ul class="found">${found.children.map((child) => html`
          <li key=${child.student}>
            ${files.has(child.student) ? html`<button type="button" data-found=${child.student} onClick=${() => open(child.student)}>${child.name}</button>`
              : html`<span>${child.name}</span> <span class="note">${t("search.nofile")}</span>`}
            <span class="note">${child.number} ${child.class_name ?? ""}</span>
          </li>`)}</ul>`}
        ${found?.more && html`<p class="note">${t("search.more")}</p>`}
      </div>
    </dialog>`;
}

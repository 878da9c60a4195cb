// Who the child is: masked, and in clear by a second act with a purpose, which is recorded.
import { html, useEffect, useState } from "/look/vendor/htm-3.1.1/standalone.module.js";
import { post } from "../api.js";
import { t } from "../words.js";

export const PURPOSES = ["persuade", "verify", "place", "aid", "correct", "inspect", "request", "legal"];

export function Who({ desk, student, may, named }) {
  const [child, show] = useState(undefined);
  const [asking, ask] = useState(false);
  const [why, fail] = useState("");
  useEffect(() => child && named(child.name), [child]);
  useEffect(() => {
    if (!desk.names || !may("read-names")) return show(null);
    post("/v1/desk/names", { students: [student], purpose: "work" }).then(({ children }) => show(children[0] ?? null), (error) => fail(error.message));
  }, [student]);

  async function unmask(event) {
    event.preventDefault();
    const purpose = new FormData(event.target).get("purpose");
    await post(`/v1/desk/files/${student}/unmasking`, { purpose }).then((clear) => (show(clear), ask(false), fail("")), (error) => fail(error.message));
  }
  return html`
    <section class="card who" data-masked=${child ? String(child.masked) : ""} aria-labelledby="who-title">
      <h3 id="who-title">${t("file.who")}</h3>
      ${child ? html`<${Facts} child=${child} />`
        : child === null && html`<p class="note">${t(may("read-names") ? "file.noname" : "file.noright")}</p>`}
      ${why && html`<p class="strip" role="status">${why}</p>`}
      ${child?.masked && may("unmask-names") && (asking ? html`
        <form class="unmask" onSubmit=${unmask}>
          <label>${t("search.purpose")} <select name="purpose">${PURPOSES.map((each) => html`<option key=${each} value=${each}>${t(`purpose.${each}`)}</option>`)}</select></label>
          <p class="note">${t("file.unmask.about")}</p>
          <p class="acts"><button>${t("file.unmask.go")}</button> <button type="button" class="quiet" onClick=${() => ask(false)}>${t("file.cancel")}</button></p>
        </form>` : html`<button type="button" class="quiet" data-act="unmask" onClick=${() => ask(true)}>${t("file.unmask")}</button>`)}
      <p class="note id">${t("file.id")} ${student}</p>
    </section>`;
}

function Facts({ child }) {
  const facts = [
    ["file.birth", child.birth_date], ["file.sex", child.sex && t(`sex.${child.sex}`)], ["file.number", child.number],
    ["file.school", child.school], ["file.class", child.class_name], ["file.address", child.address],
    ["file.guardians", child.guardians.map(({ relation, name, telephone }) => [relation, name, telephone].filter(Boolean).join(" ")).join("；")],
  ];
  return html`<dl class="facts">${facts.filter(([, value]) => value).map(([key, value]) => html`<div key=${key}><dt>${t(key)}</dt><dd>${value}</dd></div>`)}</dl>`;
}

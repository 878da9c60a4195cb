// A paper as a PDF, made by the server from the record. Who may see names in clear has the name in it, and that is recorded as a look.
import { html, useState } from "/look/vendor/htm-3.1.1/standalone.module.js";
import { save } from "../api.js";
import { t } from "../words.js";

export function Paper({ desk, file, paper, may }) {
  const [why, fail] = useState("");
  const named = desk.names && may("unmask-names");
  async function print() {
    fail("");
    const body = { purpose: paper === "visit-form" ? "persuade" : "legal", named };
    await save(`/v1/desk/files/${file.id}/papers/${paper}`, `${paper}-${file.id.slice(0, 8)}.pdf`, { method: "POST", body }).catch((error) => fail(error.message));
  }
  return html`<button type="button" class="quiet" data-paper=${paper} title=${t(named ? "paper.named" : "paper.blank")} onClick=${print}>${t(`paper.${paper}`)}</button>
    ${why && html`<p class="want" role="status">${t("paper.failed", { why })}</p>`}`;
}

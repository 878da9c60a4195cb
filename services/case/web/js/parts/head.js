// The head: what this is, whose desk it is, the way to find a child, the other language, the way out.
import { html } from "/look/vendor/htm-3.1.1/standalone.module.js";
import { areaOf, signOut } from "/look/js/session.js";
import { addressOf } from "../address.js";
import { other, t } from "../words.js";
import { officeOf } from "./owner.js";

export function Head({ desk, session, view, may, find, place }) {
  const who = desk ?? (session?.office ? session : null);
  const code = who && areaOf(who.office);
  const known = place && code ? place(code) : code;
  const office = who && (known && known !== code ? known : (desk?.area ?? officeOf(who.office, (area) => area)));
  return html`
    <header class="head">
      <a class="skip" href="#main">${t("page.skip")}</a>
      <h1><a href="./"><img src="/look/mark.svg" alt="" width="28" height="28" />${t("page.heading")}</a></h1>
      ${who && html`<p class="office"><strong>${office}</strong> <span>${who.roles.map((role) => t(`role.${role}`)).join(" ")}</span></p>`}
      <div class="acts">
        ${may?.("read-names") && html`<button type="button" class="quiet" data-act="find" onClick=${find}>${t("search.open")} <kbd>/</kbd></button>`}
        <a class="quiet" data-act="tongue" lang=${other() === "en" ? "en" : "zh-CN"} href=${addressOf({ ...view, lang: other() })}>${t("tongue.other")}</a>
        ${who && html`<button type="button" class="quiet" data-act="out" onClick=${() => signOut().catch(() => location.reload())}>${t("session.out")}</button>`}
      </div>
    </header>`;
}

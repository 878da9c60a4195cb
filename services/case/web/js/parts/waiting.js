// What waits to be sent, and what was not taken, with what may be done about it.
import { html, useState, useEffect } from "/look/vendor/htm-3.1.1/standalone.module.js";
import { addressOf } from "../address.js";
import { t } from "../words.js";

const SHOWN = 4_000;

export function Waiting({ view, go, outbox, sent }) {
  const all = outbox.all();
  const waiting = all.filter((each) => each.trouble === null);
  const troubled = all.filter((each) => each.trouble !== null && each.student !== view.file);
  const [thanks, thank] = useState(false);
  useEffect(() => {
    if (!sent) return undefined;
    thank(true);
    const timer = setTimeout(() => thank(false), SHOWN);
    return () => clearTimeout(timer);
  }, [sent]);
  return html`
    <div role="status" class="outbox">
      ${waiting.length > 0 && html`<p class="strip" data-waiting=${waiting.length}>${t("outbox.waiting", { n: waiting.length })}</p>`}
      ${thanks && html`<p class="strip good" data-sent>${t("outbox.sent")}</p>`}
      ${troubled.map((each) => html`
        <p class="strip bad" key=${each.key}>
          ${t("outbox.trouble", { why: each.trouble.why })}
          <a href=${addressOf({ ...view, file: each.student })} onClick=${(event) => (event.preventDefault(), go({ ...view, file: each.student }))}>${t("outbox.open")}</a>
          <button type="button" class="quiet" onClick=${() => outbox.drop(each.key)}>${t("outbox.drop")}</button>
        </p>`)}
    </div>`;
}

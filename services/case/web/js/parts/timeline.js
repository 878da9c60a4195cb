// What happened to a file, the newest first, each with its cause.
import { html } from "/look/vendor/htm-3.1.1/standalone.module.js";
import { spoken, t } from "../words.js";
import { areaNamed, officeOf } from "./owner.js";
import { termNamed } from "./places.js";

const yuan = (fen) => t("money", { yuan: (fen / 100).toLocaleString("en") });

export function Timeline({ history, plan, place }) {
  // A step of a plan that was made for another reason is told by its code.
  const stepOf = (code) => plan.steps.find((each) => each.step === code)?.title[spoken()] ?? code;
  const said = (each) => {
    const { day, what, happened, number, method, met, outcome, reason, county, code, student, next, role, by, declined, step, change, because, law, term, from_county, to_county, to, to_office, sent_back, unowned, urgency, visit, rule, ground, finding, place: kind, school, school_term, shortage, freed, answer, fen } = each;
    return [
      number && t("history.number", { n: number }), role && t(`as.${role}`), method && t(`method.${method}`), met && t(`met.${met}`), by && t(`by.${by}`), declined && t(`because.${declined}`), law && t(`law.${law}`), term && t("law.did", { day: happened, term }),
      kind && t(`place.${kind}`), school && t("places.named", { school }), school_term && termNamed(school_term), shortage && t(`shortage.${shortage}`), freed && t(`freeing.${freed}`), answer && t(`answer.${answer}`), fen && yuan(fen),
      rule && t(`rule.${rule}`), ground && t(`ground.${ground}`), finding && t(`finding.${finding}`), urgency && t(`urgency.${urgency}`), step && stepOf(step), change && t(`plan.${change}`), because && because !== "new_version" && t(`change-because.${because}`), visit, outcome && t(`outcome.${outcome}`),
      county && what === "moved" && place(county), reason && t(`reason.${reason}`), code && t(`code.${code}`), from_county && t("owner.way", { from: place(from_county), to: place(to_county) }), !from_county && to_county && t("owner.to", { to: place(to_county) }), to && t(`as.${to}`), to_office && officeOf(to_office, place), sent_back && t(`sent_back.${sent_back}`), unowned && t(`unowned.${unowned}`),
      student && `${student.slice(0, 8)}…`, !term && happened && happened !== day && t("history.happened", { day: happened }), next && t("file.due", { day: next }),
    ].filter(Boolean).join(" · ");
  };
  const byItself = new Set(["became-due-soon", "became-overdue", "escalated", "place-held", "place-refused"]);
  const by = ({ office, what }) => byItself.has(what) ? "" : what === "referral-answered" ? t("cause.relief") : (office ? t("cause.office", { office: areaNamed(office, place) }) : t("cause.report"));
  return html`
    <section class="card" aria-labelledby="history-title">
      <h3 id="history-title">${t("file.history")}</h3>
      <ol class="timeline">${[...history].reverse().map((each, n) => html`
        <li key=${history.length - n} data-what=${each.what}>
          <time>${each.day}</time><div><strong>${t(`what.${each.what}`)}</strong> ${said(each)} <span class="note">${by(each)}</span></div>
        </li>`)}</ol>
    </section>`;
}

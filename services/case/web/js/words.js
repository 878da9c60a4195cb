// Chinese first, English one click away: what the page says, by key. The server writes its tables in the same words.
export const FIRST = "zh";
const TONGUES = ["zh", "en"];

let [tongue, words] = [FIRST, {}];

export const knows = (which) => TONGUES.includes(which);
export const spoken = () => tongue;
// Several things in one sentence.
export const joined = (all) => all.join(tongue === "zh" ? "、" : ", ");
export const other = () => (tongue === "zh" ? "en" : "zh");

export async function speak(which) {
  const answer = await fetch(`web/words/${which}.json`);
  [tongue, words] = [which, await answer.json()];
  document.documentElement.lang = t("page.lang");
  document.title = t("page.title");
}

// The text of a key with its {places} filled. A key that is missing shows itself: better a strange word than a hole.
export function t(key, places = {}) {
  return (words[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => (name in places ? places[name] : whole));
}

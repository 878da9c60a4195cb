// The masked names of children in lists, asked for a page at a time and kept as long as the page is open, so that a list that is drawn again records
// no second look.
import { post } from "./api.js";

const MOST = 100;

export class Names {
  #known = new Map();
  #schools = new Set();

  // The name of a child: text, "" where it has none, undefined where it was not asked for yet.
  of = (student) => this.#known.get(student);

  // The schools of the children that were asked for, each once.
  schools = () => [...this.#schools].sort();

  // Asks for those that are not known yet. Returns whether anything new came; throws what the server says.
  async want(students) {
    const missing = students.filter((each) => !this.#known.has(each)).slice(0, MOST);
    if (!missing.length) return false;
    const { children } = await post("/v1/desk/names", { students: missing, purpose: "work" });
    for (const student of missing) this.#known.set(student, "");
    for (const child of children) {
      this.#known.set(child.student, child.name);
      if (child.school) this.#schools.add(child.school);
    }
    return true;
  }
}

"""A second implementation of the wire page, section 3: slow, obvious, and without any code of the domain.

It keeps everything that was taken of a child, whole, and looks through all of it each time. The table of statuses is that of
``transitions.md``, read as words.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from holidays.countries.china import China

from shared.contracts.reports import Report
from tests.domain.enrolment.table_page import CORRECTS, ROWS

OUT = ("dropped_out", "never_enrolled")
RESIDENCE = ("listed", "registered", "enrolled", "never-enrolled", "arrived", "moved")
HOUSEHOLD = ("listed", "registered", "enrolled", "never-enrolled", "household-changed")
CLEARED = {
    "on_leave": "on_leave", "unreachable": "suspected", "deceased": "removed", "abroad": "removed", "over_age": "removed",
    "no_such_child": "removed", "double_registration": "removed", "empty_registration": "removed",
}  # fmt: skip


def matters_of(word: str) -> set[str]:
    matters = {"residence"} if word in RESIDENCE else set()
    matters |= {"household"} if word in HOUSEHOLD else set()
    return matters if word in ("moved", "household-changed") else matters | {"schooling"}


def story_allows(story: str) -> bool:
    return story in ROWS["absent"][0]


def too_long(said: dict[str, Any], at: datetime) -> bool:
    """Whether an absence has more than five school days, in a county without a rule of its own."""
    last = (at + timedelta(hours=8)).date() if at.utcoffset() == timedelta(0) else at.date()
    days = [said["since"] + timedelta(n) for n in range((last - said["since"]).days + 1)]
    in_term = [day for day in days if (day.month, day.day) >= (9, 1) or (day.month, day.day) <= (1, 20) or (2, 20) <= (day.month, day.day) <= (7, 10)]
    holidays = China(years=range(2018, 2022))  # type: ignore[no-untyped-call]  # the library's own
    return bool(min(said["days"], sum(holidays.is_working_day(day) for day in in_term)) > 5)


@dataclass
class Answer:
    """What became of a report: the outcome, or the code of the refusal, and the marks of the fact."""

    outcome: str
    marks: dict[str, Any] = field(default_factory=dict)


@dataclass
class SlowChild:
    """A child and everything that was taken of it. ``provinces``: by county."""

    provinces: dict[str, str]
    standing: dict[str, Any] | None = None
    school: str = ""
    grade: int = 0
    prior: str | None = None
    spells: int = 0
    taken: list[dict[str, Any]] = field(default_factory=list)
    open: list[tuple[str, str]] = field(default_factory=list)
    heard: list[dict[str, Any]] = field(default_factory=list)
    """All that ever was taken, in the order in which it came, what was taken back and what fell with it too."""

    def tell(self, report: Report, at: datetime, source: str, id_: str) -> Answer:
        word = report.TYPE.split(".")[3]
        content = (word, at, {name: getattr(report, name) for name in report.__struct_fields__})
        for old in self.heard:
            if old["content"] == content and (not old["voided"] or (old["source"], old["id"]) == (source, id_)):
                return Answer("duplicate")
        if any((old["source"], old["id"]) == (source, id_) for old in self.heard):
            return Answer("id_reused")
        answer = self._void(content[2]["id"], source) if word == "voided" else self._judge(report, at, source, id_)
        if answer.outcome in ("accepted", "late"):
            self.heard.append({"content": content, "source": source, "id": id_, "report": report, "at": at, "voided": False})
        return answer

    def _void(self, id_: str, source: str) -> Answer:
        """Tell all of it again, to a child never heard of, without the report."""
        mine = [old for old in self.heard if (old["source"], old["id"]) == (source, id_)]
        if not mine or mine[0]["content"][0] == "voided":
            return Answer("not_voidable")
        if mine[0]["voided"]:
            return Answer("duplicate")
        told = [old for old in self.heard if old["content"][0] != "voided" and not old["voided"]]
        with_it, without = SlowChild(self.provinces), SlowChild(self.provinces)
        fell = []
        for old in told:
            was = with_it._judge(old["report"], old["at"], old["source"], old["id"])
            if old is mine[0]:
                continue
            now = without._judge(old["report"], old["at"], old["source"], old["id"])
            refused = now.outcome not in ("accepted", "late", "duplicate")
            if was.outcome in ("accepted", "late") and (refused or was.marks.get("completes") not in (None, now.marks.get("completes"))):
                if old["source"] != source:
                    return Answer("not_voidable")
                if refused:
                    fell.append(old["content"][0])
        mine[0]["voided"] = True
        for name in ("standing", "school", "grade", "prior", "spells", "taken", "open"):
            setattr(self, name, getattr(without, name))
        return Answer("accepted", {"fell": fell} if fell else {})

    def _judge(self, report: Report, at: datetime, source: str, id_: str) -> Answer:
        word = report.TYPE.split(".")[3]
        said = {name: getattr(report, name) for name in report.__struct_fields__}
        telling: dict[str, Any] = {"word": word, "at": at, "said": said, "source": source, "id": id_, "matters": matters_of(word)}
        found = self.standing
        allowed, _ = ROWS[word]
        if found is None and "—" not in allowed:
            return Answer("unknown_student")
        if word == "departed" and (half := self._completed_by(said, source)):
            late = any(at < old["at"] for old in self.taken if "schooling" in old["matters"])
            self.open.remove(half)
            self.taken.append({**telling, "matters": set[str]()})
            return Answer("late" if late else "accepted", {"completes": half})
        at_home = found is not None and self._is(source, found["county"], self.school)
        if not at_home and not (word in RESIDENCE and self._is(source, said["county"], said.get("school"))):
            return Answer("not_your_county")
        on_time = {m for m in telling["matters"] if not any(at < old["at"] for old in self.taken if m in old["matters"])}
        if not on_time:
            self.taken.append(telling)
            return Answer("late")
        if found is not None and found["status"] == "removed":
            return Answer("after_removal")
        left: dict[str, Any] = dict(found) if found else {"county": None, "poor": None, "stage": None, "reason": None, "status": None}
        if "residence" in on_time:
            left["county"] = said["county"]
        if "household" in on_time:
            left["poor"] = said["poor"]
        if "schooling" in telling["matters"] - on_time:
            if left == found:
                self.taken.append(telling)
                return Answer("late")
        else:
            if (code := self._schooling(word, said, left)) is not None:
                return Answer(code)
            in_class = "school" not in said or (said["school"], said["grade"]) == (self.school, self.grade)
            if word == "absent" and story_allows(self._story()) and too_long(said, at):
                left["status"] = "suspected"
            elif left == found and in_class and word != "absent":
                return Answer("duplicate")
            story = self._story()
            if story not in allowed and (word, story) not in CORRECTS:
                return Answer("impossible_order")
            if "school" in said:
                self.school, self.grade = said["school"], said["grade"]
        return self._take(telling, found, left, at_home=at_home)

    def _take(self, telling: dict[str, Any], found: dict[str, Any] | None, left: dict[str, Any], *, at_home: bool) -> Answer:
        word, marks, before = telling["word"], dict[str, Any](), found["status"] if found else None
        moved = found is not None and found["county"] != left["county"]
        if word in ("listed", "dropped-out", "never-enrolled") and left["status"] in OUT:
            marks["spell"] = self.spells = self.spells + (before not in OUT)
        if (word == "arrived" and before != "in_transfer") or (word == "enrolled" and moved) or (word == "moved" and moved and not at_home):
            marks["unmatched"] = True
            if found is not None and moved and before != "in_transfer":
                self.open.append((found["county"], left["county"]))
        if left["status"] != "suspected":
            self.prior = None
        elif before != "suspected":
            self.prior = before or ("enrolled" if left["stage"] else "registered")
        self.standing = left
        self.taken.append(telling)
        return Answer("accepted", marks)

    def _schooling(self, word: str, said: dict[str, Any], left: dict[str, Any]) -> str | None:
        """Write into ``left`` what the table leaves of schooling; return a code where that is not possible."""
        if word in ("moved", "household-changed"):
            return None
        if word == "never-enrolled" and left["status"] == "suspected" and self.prior != "registered":
            return "impossible_order"
        if word == "never-enrolled" and left["status"] == "never_enrolled" and self.standing and self.standing["county"] != left["county"]:
            return "impossible_order"
        words = ROWS[word][1]
        if word == "listed":
            left["status"] = str(said["status"])
        elif word == "cleared":
            left["status"] = CLEARED.get(str(said["outcome"])) or self.prior or "suspected"
        elif word != "absent":
            left["status"] = words.split(",")[0]
        left["reason"] = said.get("reason") if left["status"] in OUT else None
        if word in ("registered", "never-enrolled"):
            left["stage"] = None
        if "stage" in said:
            left["stage"] = None if left["status"] in ("registered", "never_enrolled") else said["stage"]
        return None

    def _story(self) -> str:
        status = "—" if self.standing is None else str(self.standing["status"])
        return "suspected-when-registered" if status == "suspected" and self.prior == "registered" else status

    def _is(self, source: str, county: str, school: str | None) -> bool:
        return source in (f"/counties/{county}", self.provinces.get(county), f"/schools/{school}")

    def _completed_by(self, said: dict[str, Any], source: str) -> tuple[str, str] | None:
        for lost, has in self.open:
            if said["to_county"] in (None, has) and source in (f"/counties/{lost}", self.provinces.get(lost)):
                return lost, has
        return None

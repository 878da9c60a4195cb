"""The table of rights: what each role may do, and how far (``docs/reference/rights.md`` is made of it). Pure.

A service asks here, and nowhere else, whether a caller may do something. Whoever has several roles has the rights of all of them.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from shared.identity.caller import Caller, Role
from shared.identity.offices import NATIONAL, counties_of_office

_NOBODY: frozenset[str] = frozenset()


class Action(StrEnum):
    """What needs a right."""

    REPORT = "report"
    """Report children and counties: `POST /v1/reports`."""
    READ_RECEIPTS = "read-receipts"
    """Ask what became of a batch of reports: `GET /v1/receipts/{batch}`."""
    READ_TRANSFERS = "read-transfers"
    """List transfers of which one county has not spoken: `GET /v1/transfers`."""
    PREVIEW_MERGES = "preview-merges"
    """See what a report that two ids are one child would come to: `POST /v1/same-as/preview`."""
    READ_SCHOOLS = "read-schools"
    """See in which school the children of a list were last: `POST /v1/children/schools`."""
    READ_FILES = "read-files"
    """List and read the files of children: `GET /v1/cases`, `GET /v1/cases/{id}`, `/v1/plan-changes`, `/v1/hand-overs`, `/v1/unowned-cases`,
    `/v1/county-flags`."""
    EXPORT_FILES = "export-files"
    """Take a list of files away as a table: `GET /v1/desk/export`."""
    MAKE_PAPERS = "make-papers"
    """Make a paper of a child without its name: `POST /v1/desk/files/{id}/papers/{paper}`. With the name it needs `unmask-names` too."""
    RECORD_ATTEMPTS = "record-attempts"
    """Record an attempt to bring a child back, or plan a visit: `record-attempt` and `plan-visit` of `POST /v1/cases/{id}` and `POST /v1/cases`."""
    RECORD_STEPS = "record-steps"
    """Record that a step of a plan was done: `record-step` of `POST /v1/cases/{id}` and `POST /v1/cases`."""
    CHANGE_PLANS = "change-plans"
    """Change the plan of a child: `change-plan` of `POST /v1/cases/{id}` and `POST /v1/cases`."""
    TAKE_LAW_STEPS = "take-law-steps"
    """Take a step of the law: `take-law-step` of `POST /v1/cases/{id}` and `POST /v1/cases`."""
    CORROBORATE_RETURNS = "corroborate-returns"
    """Say by what an office knows that a child is back: `corroborate-return` of `POST /v1/cases/{id}` and `POST /v1/cases`."""
    CONFIRM_CLOSINGS = "confirm-closings"
    """Confirm or decline, as a second office, that a file is closed: `confirm-closing` and `decline-closing` of the same."""
    CLOSE_FILES = "close-files"
    """Close a file after a return, for a second office to confirm: `close-after-return` of `POST /v1/cases/{id}` and `POST /v1/cases`."""
    TAKE_OVER_FILES = "take-over-files"
    """Take over a file that was sent to the county, or send it back: `take-over` and `send-back` of `POST /v1/cases/{id}` and `POST /v1/cases`."""
    HAND_ON_FILES = "hand-on-files"
    """Hand a file on to somebody else of the county's chain: `hand-on` of `POST /v1/cases/{id}` and `POST /v1/cases`."""
    DISOWN_FILES = "disown-files"
    """Say that a file is nobody's: `disown` of `POST /v1/cases/{id}` and `POST /v1/cases`."""
    GIVE_FILES = "give-files"
    """Give a file that is nobody's, or on its way, to a county: `give` of `POST /v1/cases/{id}` and `POST /v1/cases`."""
    READ_HANDED_ON = "read-handed-on"
    """List and read the files that were handed on to the caller's own office: `GET /v1/cases`, `GET /v1/cases/{id}`."""
    RAISE_FLAGS = "raise-flags"
    """Record what the rules of the detector found: `raise-flag` of `POST /v1/cases` and `POST /v1/county-flags/{code}`."""
    SETTLE_FLAGS = "settle-flags"
    """Clear or confirm a flag: `clear-flag` and `confirm-flag` of `POST /v1/cases/{id}`, `POST /v1/cases` and `POST /v1/county-flags/{code}`."""
    RECHECK_FILES = "recheck-files"
    """Draw a sample of files, and record what a re-check found: `draw-sample`, `draw-file` and `record-recheck` of the same."""
    HOLD_PLACES = "hold-places"
    """Ask for a seat or a bed for a child, or give it up: `hold-place` and `free-place` of `POST /v1/cases/{id}` and `POST /v1/cases`."""
    READ_PLACES = "read-places"
    """See the places of schools; a school its own: `GET /v1/places`, `GET /v1/places/{school}`."""
    READ_GRANTS = "read-grants"
    """List and read the aid of children: `GET /v1/grants`, `GET /v1/grants/{id}`, `GET /v1/students/{id}/grants`."""
    GIVE_AID = "give-aid"
    """Pay a grant, grant one, recognise that a child boards: `POST /v1/grants/{id}`, `POST /v1/grants`."""
    BEGIN_TERMS = "begin-terms"
    """Begin a term, and see how far its beginning is: `POST /v1/terms/{term}`, `GET /v1/terms/{term}`."""
    WRITE_NAMES = "write-names"
    """Write children into the directory: `POST /v1/children`."""
    READ_NAMES = "read-names"
    """Find children by name, and see them masked: `POST /v1/children/search`, `POST /v1/children/names`, `GET /v1/children/{id}`."""
    UNMASK_NAMES = "unmask-names"
    """See a child in clear: `POST /v1/children/{id}/unmasking`."""
    READ_NOTES = "read-notes"
    """Read the notes and attachments of a child: `GET /v1/children/{id}/notes`, `GET /v1/children/{id}/attachments/{note}`."""
    WRITE_NOTES = "write-notes"
    """Write notes and keep attachments of a child: `POST /v1/children/{id}/notes`, `POST /v1/children/{id}/attachments`."""
    ERASE_NAMES = "erase-names"
    """Erase the name of a child for ever, its notes and attachments with it: `POST /v1/children/{id}/erasure`."""
    READ_ACCESS = "read-access"
    """See who looked at which child: `GET /v1/access`."""
    READ_EXACT_COUNTS = "read-exact-counts"
    """See the numbers of small cells in the counts, which are open without them: `GET /v1/counts`, `/v1/headline`, `/v1/stream`."""
    READ_OVERSIGHT = "read-oversight"
    """See how many flags were raised and settled, and what re-checks found, county by county: `GET /v1/oversight` of reporting,
    `GET /v1/desk/oversight`."""
    READ_ALL_CELLS = "read-all-cells"
    """Read every number of every county: `GET /v1/cells`."""
    READ_METRICS = "read-metrics"
    """Read the metrics of an api from another machine: `GET /metrics`. On the api's own machine they are open."""


class Reach(StrEnum):
    """How far a right goes."""

    NOWHERE = "-"
    """There is no such right."""
    OWN_DOINGS = "own"
    """What the caller itself sent."""
    AREA = "area"
    """The caller's office, and all that lies below it by the dated table of divisions."""
    NATION = "nation"
    """Nothing smaller than the nation: only the office `/nation` has the right."""


_AREA, _NATION, _OWN = Reach.AREA, Reach.NATION, Reach.OWN_DOINGS

TABLE: Mapping[Action, Mapping[Role, Reach]] = {
    Action.REPORT: {Role.SENDER: _AREA, Role.REPORTER: _AREA},
    Action.READ_RECEIPTS: {Role.SENDER: _OWN, Role.REPORTER: _OWN},
    Action.READ_TRANSFERS: {Role.SENDER: _AREA, Role.OFFICER: _AREA, Role.SUPERIOR: _AREA, Role.AUDITOR: _AREA},
    Action.PREVIEW_MERGES: {Role.SENDER: _AREA, Role.OFFICER: _AREA, Role.SUPERIOR: _AREA, Role.AUDITOR: _AREA},
    Action.READ_SCHOOLS: {Role.OFFICER: _AREA, Role.SUPERIOR: _AREA, Role.AUDITOR: _AREA},
    Action.READ_FILES: {Role.OFFICER: _AREA, Role.SUPERIOR: _AREA, Role.AUDITOR: _AREA},
    Action.EXPORT_FILES: {Role.OFFICER: _AREA, Role.SUPERIOR: _AREA},
    Action.MAKE_PAPERS: {Role.OFFICER: _AREA, Role.SUPERIOR: _AREA},
    Action.RECORD_ATTEMPTS: {Role.OFFICER: _AREA, Role.REPORTER: _AREA},
    Action.RECORD_STEPS: {Role.OFFICER: _AREA, Role.REPORTER: _AREA},
    Action.CHANGE_PLANS: {Role.OFFICER: _AREA},
    Action.TAKE_LAW_STEPS: {Role.OFFICER: _AREA, Role.REPORTER: _AREA},
    Action.CORROBORATE_RETURNS: {Role.OFFICER: _AREA, Role.REPORTER: _AREA, Role.SUPERIOR: _AREA},
    Action.CONFIRM_CLOSINGS: {Role.SUPERIOR: _AREA},
    Action.CLOSE_FILES: {Role.OFFICER: _AREA},
    Action.TAKE_OVER_FILES: {Role.OFFICER: _AREA},
    Action.HAND_ON_FILES: {Role.OFFICER: _AREA, Role.REPORTER: _AREA},
    Action.DISOWN_FILES: {Role.OFFICER: _AREA},
    Action.GIVE_FILES: {Role.SUPERIOR: _AREA},
    Action.READ_HANDED_ON: {Role.OFFICER: _AREA, Role.REPORTER: _AREA},
    Action.RAISE_FLAGS: {Role.AUDITOR: _AREA},
    Action.SETTLE_FLAGS: {Role.SUPERIOR: _AREA},
    Action.RECHECK_FILES: {Role.SUPERIOR: _AREA},
    Action.HOLD_PLACES: {Role.OFFICER: _AREA},
    Action.READ_PLACES: {Role.OFFICER: _AREA, Role.REPORTER: _AREA, Role.SUPERIOR: _AREA, Role.AUDITOR: _AREA},
    Action.READ_GRANTS: {Role.OFFICER: _AREA, Role.SUPERIOR: _AREA, Role.AUDITOR: _AREA},
    Action.GIVE_AID: {Role.OFFICER: _AREA},
    Action.BEGIN_TERMS: {Role.OFFICER: _NATION, Role.SUPERIOR: _NATION, Role.OPERATOR: _NATION},
    Action.WRITE_NAMES: {Role.SENDER: _AREA, Role.OFFICER: _AREA},
    Action.READ_NAMES: {Role.OFFICER: _AREA, Role.SUPERIOR: _AREA},
    Action.UNMASK_NAMES: {Role.OFFICER: _AREA, Role.SUPERIOR: _AREA},
    Action.READ_NOTES: {Role.OFFICER: _AREA, Role.SUPERIOR: _AREA},
    Action.WRITE_NOTES: {Role.OFFICER: _AREA},
    Action.ERASE_NAMES: {Role.SUPERIOR: _AREA},
    Action.READ_ACCESS: {Role.SUPERIOR: _AREA, Role.AUDITOR: _AREA},
    Action.READ_EXACT_COUNTS: {Role.SUPERIOR: _AREA, Role.AUDITOR: _AREA, Role.STATISTICIAN: _AREA},
    Action.READ_OVERSIGHT: {Role.SUPERIOR: _AREA, Role.AUDITOR: _AREA},
    Action.READ_ALL_CELLS: {Role.AUDITOR: _NATION},
    Action.READ_METRICS: {Role.OPERATOR: _AREA},
}
"""The rights by action and role. What is not named is ``Reach.NOWHERE``."""


def reach_of(role: Role, action: Action) -> Reach:
    """Return how far a role's right to an action goes."""
    return TABLE[action].get(role, Reach.NOWHERE)


def may(caller: Caller, action: Action) -> bool:
    """Return whether a caller may do this anywhere at all."""
    return any(_holds(caller, reach_of(role, action)) for role in caller.roles)


def area_of(caller: Caller, action: Action, day: date) -> frozenset[str]:
    """Return the codes of the counties in which a caller may do this on a day; none without a right, and for one to the caller's own doings."""
    reaches = [reach for role in caller.roles if _holds(caller, reach := reach_of(role, action))]
    return counties_of_office(caller.office, day) if any(reach in (Reach.AREA, Reach.NATION) for reach in reaches) else _NOBODY


def _holds(caller: Caller, reach: Reach) -> bool:
    match reach:
        case Reach.NOWHERE:
            return False
        case Reach.NATION:
            return caller.office == NATIONAL
        case Reach.OWN_DOINGS | Reach.AREA:
            return True

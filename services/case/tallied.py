"""Which lists of files are counted (``shared/deciding/states/tally.py``): those of counties that the queues of the desk are made of."""

from datetime import date

from services.case.domain.clock import LISTED_AS as CLOCK
from services.case.domain.owner_lists import Kind
from services.case.domain.packed import DRAWN, FLAGGED, NO_PLACE
from services.case.domain.packed_county import LISTED_AS as COUNTY_FLAGS
from shared.contracts.case_codes import CaseState, Urgency
from shared.deciding.states.tally import Tallied
from shared.geography.divisions import divisions

NUMBERS = {
    county.code: number for number, county in enumerate(sorted(divisions().counties.values(), key=lambda each: (each.since or date.min, each.code)))
}
"""The number of each county. They are stored: counties of a later table stand behind all that were there before."""

_OUT = [CaseState.OPEN.value, CaseState.PERSUADING.value]
TALLIED = Tallied(
    NUMBERS,
    kinds=[*(each.value for each in (*CaseState, *Kind, *Urgency)), FLAGGED, DRAWN, NO_PLACE, COUNTY_FLAGS],
    by_day=[*_OUT, CaseState.RETURNED.value, Kind.INCOMING.value],
    earliest=_OUT,
    clock=CLOCK,
)

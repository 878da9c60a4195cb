"""The facts about counties that enrolment records: ``cn.baoxue.county.*``."""

from typing import ClassVar

from msgspec import Struct

from shared.contracts.words import Children


class CountyStated(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, gc=False, kw_only=True):
    """A county stated how many of its children are out of school, 0 included: a signed zero, and a sign of life."""

    TYPE: ClassVar[str] = "cn.baoxue.county.reported.v1"
    out_of_school: Children
    late: bool = False

"""The tables of the two databases, in SQLAlchemy's words; ``migrations/`` makes them.

- The directory: children with sealed fields, their notes and attachments, sealed too, the numbers by which each is known as keyed hashes, and who
  looked at whom.
- The keystore: the keys that open those fields, each wrapped by the master key. It stands apart because it has another life: a key that was
  destroyed must not come back with an older copy of the directory.
"""

from sqlalchemy import CHAR, BigInteger, Boolean, Column, DateTime, Index, Integer, LargeBinary, MetaData, String, Table

from services.enrolment.directory.child import FIELDS

DIRECTORY = MetaData()
KEYSTORE = MetaData()


def _student(name: str = "student", *, primary_key: bool = False) -> Column[str]:
    return Column(name, CHAR(32), primary_key=primary_key, nullable=False)


CHILDREN = Table(
    "children",
    DIRECTORY,
    _student(primary_key=True),
    Column("county", CHAR(6), nullable=False),
    Column("look_up", LargeBinary(16), index=True),
    *(Column(f"sealed_{field}", LargeBinary) for field in FIELDS),
    Column("written_by", String(32), nullable=False),
    Column("written_at", DateTime(timezone=True), nullable=False),
    Column("erased_at", DateTime(timezone=True)),
)
"""A row for each child. ``look_up``: the token of name and day of birth. Of an erased child everything but id, county and moments is null."""

NOTES = Table(
    "notes",
    DIRECTORY,
    Column("note", CHAR(32), primary_key=True, nullable=False),
    _student(),
    Column("kind", String(16), nullable=False),
    Column("media_type", String(32), nullable=False),
    Column("size", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("caller", String(255), nullable=False),
    Column("office", String(32), nullable=False),
    Column("written_at", DateTime(timezone=True), nullable=False),
    Index("ix_notes_student", "student", "written_at"),
)
"""Notes and attachments of children, sealed; an erasure deletes those of the child."""

NUMBERS = Table("numbers", DIRECTORY, Column("hashed", CHAR(32), primary_key=True), _student(), Index("ix_numbers_student", "student"))
"""The ids that the numbers of a child hash to, under every version of the key, and the child that they name."""

LOOKS = Table(
    "looks",
    DIRECTORY,
    Column("partition", Integer, primary_key=True, autoincrement=False),
    Column("offset", BigInteger, primary_key=True, autoincrement=False),
    Column("moment", BigInteger, nullable=False),
    _student(),
    Column("action", String(32), nullable=False),
    Column("caller", String(255), nullable=False),
    Column("office", String(32), nullable=False),
    Column("roles", String(128), nullable=False),
    Column("county", CHAR(6)),
    Column("purpose", String(32), nullable=False),
    Column("shown", Boolean, nullable=False),
    Index("ix_looks_student", "student", "moment"),
    Index("ix_looks_caller", "caller", "moment"),
    Index("ix_looks_moment", "moment"),
)
"""The topic ``access`` as rows, by its positions; ``moment`` in microseconds since 1970. It can be emptied: it is read again from the log."""


def _followed(of: MetaData) -> Table:
    return Table("followed", of, Column("partition", Integer, primary_key=True, autoincrement=False), Column("next", BigInteger, nullable=False))


LOOKS_FOLLOWED = _followed(DIRECTORY)
"""How far the topic ``access`` was read into the directory."""

ERASURES_FOLLOWED = _followed(KEYSTORE)
"""How far the erasures in the topic ``access`` were done in the keystore. A copy of either database that is put back brings its own place along."""

KEYS = Table(
    "wrapped_keys",
    KEYSTORE,
    Column("owner", String(32), primary_key=True),
    Column("version", Integer, nullable=False, index=True),
    Column("wrapped", LargeBinary(128), nullable=False),
)
"""The key of each child, and that of the blind index."""

DESTROYED = Table("destroyed", KEYSTORE, _student(primary_key=True), Column("destroyed_at", DateTime(timezone=True), nullable=False))
"""The children whose keys were destroyed: none is made for them again."""

"""All that the case service records and can be asked, put together from the files of this folder that begin with ``case``."""

from shared.contracts.case import FILE_FACTS, CaseFact
from shared.contracts.case_commands import FILE_COMMANDS, CaseCommand
from shared.contracts.case_days import DAY_COMMANDS, URGENCY_FACTS
from shared.contracts.case_owner_commands import OWNER_COMMANDS
from shared.contracts.case_owners import OWNER_FACTS

CASE_FACTS: tuple[type[CaseFact], ...] = (*FILE_FACTS, *OWNER_FACTS, *URGENCY_FACTS)
CASE_COMMANDS: tuple[type[CaseCommand], ...] = (*FILE_COMMANDS, *OWNER_COMMANDS, *DAY_COMMANDS)

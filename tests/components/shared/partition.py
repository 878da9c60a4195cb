"""A partition of a deciding service in memory: its inputs, its worker and its part of the record."""

from dataclasses import dataclass, field

from shared.deciding.decider import Decider
from shared.deciding.states.outcomes import Outcome


@dataclass
class Partition:
    """Inputs, states, record and outcomes. ``heard``: how many facts of the record the policies answered."""

    inputs: list[tuple[bytes, bytes]] = field(default_factory=list)
    states: dict[bytes, bytes] = field(default_factory=dict)
    record: list[bytes] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    heard: int = 0

    def decide(self, decider: Decider, number: int) -> bool:
        """Let the worker of this partition, which has this number, decide its next input; return whether there was one."""
        if len(self.outcomes) == len(self.inputs):
            return False
        offset = len(self.outcomes)
        key, value = self.inputs[offset]
        judged = decider.judge(key, value, self.states.get(key), partition=number, offset=offset)
        if judged.fact is not None:
            self.record.append(judged.fact)
        if judged.state is not None:
            self.states[key] = judged.state
        self.outcomes.append(judged.outcome)
        return True

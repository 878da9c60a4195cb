"""The doctor: what is wrong with this machine, with the folder of the stack or with what runs in it, and which command mends it.

Here belong checks that change nothing.
"""

from deploy.local.doctor.check import Check
from deploy.local.doctor.examining import examine

__all__ = ["Check", "examine"]

"""What is wrong with this machine, this folder or what runs in it, and which command mends it. Changes nothing."""

from deploy.local.doctor.check import Check
from deploy.local.doctor.examining import examine

__all__ = ["Check", "examine"]

"""``python -m services.enrolment api|worker``."""
import logging
logging.basicConfig(level="INFO")
from services.enrolment import stream
from services.enrolment.settings import Settings
stream.run(Settings())

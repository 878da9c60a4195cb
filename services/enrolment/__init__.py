"""Enrolment: who is in school, suspected, out, and back."""

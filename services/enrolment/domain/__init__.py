"""The pure core of enrolment: states, folds and decisions. It knows no clock, no network and no log."""

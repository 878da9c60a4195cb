"""The pure core of case: states, folds and decisions. It knows no clock, no network and no log."""

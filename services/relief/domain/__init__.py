"""The pure core of relief: states, folds and decisions. It knows no clock, no network and no log."""

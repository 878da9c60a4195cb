"""The published language: what provinces report and what the services record, each hand-named and versioned."""

"""What screens follow: an area's counts as they change, encoded once for all who look at it."""

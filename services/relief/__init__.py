"""Relief: who is due what aid, and got it."""

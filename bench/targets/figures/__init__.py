"""The figures, a file each: every one has `measure(factor, rounds)`."""

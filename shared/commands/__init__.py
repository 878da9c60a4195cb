"""What the POST of an office goes through: reading it, judging it, appending the command, waiting for the outcome.

Here belongs what the apis of deciding services share beyond HTTP: queries of lists, the gate that keeps half-built states from being
shown, and the clock by which an api tells the day.
"""

"""The counties of the nation through time: codes, validity, successors, lists of counties, and their data.

Here belongs what is known of areas without any count. How numbers of counties add up to areas stands in reporting. This room imports
nothing of ours.
"""

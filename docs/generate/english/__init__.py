"""English names of the divisions, as data for the page.

Here belong the rules by which an English name is made of a Chinese one, and the names that follow no rule.
"""

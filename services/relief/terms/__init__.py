"""How a school term begins: a walk over all eligible children that asks for the aid of each.

Here belongs what an operator starts for a whole nation. What offices ask for one child stands in ``requests.py``.
"""

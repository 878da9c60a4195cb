"""What a deciding service keeps in Redis: packed states, the outcomes of inputs, and lists of states, with their scripts.

Here belongs what reads or writes those keys. What a state means stands in the domain of the service; when it is written, in the deciding
follower.
"""

"""How a deciding service works: its decider, its policies, and the followers that its worker is made of.

Here belongs what all deciding services do alike between their input topic and the record. What they keep in Redis stands in ``states``. It knows no
service, and no rule of the business.
"""

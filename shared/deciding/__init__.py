"""How a deciding service works: decider, deciding follower, policies, and the states, outcomes and lists that it keeps in Redis.

Here belongs what enrolment, case and relief do alike between their input topic and the record, with its Lua scripts. It knows no
service, and no rule of the business.
"""

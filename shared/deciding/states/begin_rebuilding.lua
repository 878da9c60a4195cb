-- Begin the rebuild of a partition that has no cursor, or go on with the one that is under way.
-- KEYS  1 cursor hash
-- ARGV  1 the format of the states
-- Returns {facts, sequence, decided or nil}, the progress of the rebuild, or nothing where the partition has a cursor.
local call = redis.call
-- guard: the partition has no cursor
if call('HGET', KEYS[1], 'next') then return {} end
-- guard end
if not call('HGET', KEYS[1], 'facts') then call('HSET', KEYS[1], 'facts', 0, 'sequence', '', 'format', ARGV[1]) end
return call('HMGET', KEYS[1], 'facts', 'sequence', 'decided')

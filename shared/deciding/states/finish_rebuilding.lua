-- End the rebuild of a partition, where its progress is the expected one: from now on the partition has a cursor. Otherwise change nothing.
-- KEYS  1 cursor hash
-- ARGV  1 expected value of `facts`  2 the cursor  then fields and values to set beside it in turn
-- Returns {1, the cursor} or {0, the value of `facts` or ''}.
local facts = redis.call('HGET', KEYS[1], 'facts')
-- guard: the progress is the expected one
if facts ~= ARGV[1] then return {0, facts or ''} end
-- guard end
redis.call('HSET', KEYS[1], 'next', unpack(ARGV, 2))
redis.call('HDEL', KEYS[1], 'facts', 'sequence', 'decided')
return {1, ARGV[2]}

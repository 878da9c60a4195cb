-- Compare and set: move a cursor that stands for nothing but itself, if it is the expected one; otherwise change nothing.
-- KEYS  1 cursor hash
-- ARGV  1 expected value of `next` ('' for none)  2 next value  then fields and values to set beside it in turn
-- Returns {1, next} or {0, stored or ''}.
local stored = redis.call('HGET', KEYS[1], 'next')
if (stored or '') ~= ARGV[1] then return {0, stored or ''} end
redis.call('HSET', KEYS[1], 'next', unpack(ARGV, 2))
return {1, ARGV[2]}

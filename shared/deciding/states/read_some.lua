-- Read states as they are now, without a look at the cursor.
-- KEYS  1 prefix of the buckets
-- ARGV  the calls (calls.py): HMGET of buckets
-- Returns of each call {state or nil, ...}.
local states = {}
for n, each in ipairs(cmsgpack.unpack(ARGV[1])) do states[n] = redis.call('HMGET', KEYS[1] .. each[1], unpack(each, 2)) end
return states

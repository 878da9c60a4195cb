-- Read states, if the cursor is the expected one; otherwise return its value and no states.
-- KEYS  1 cursor hash  2 prefix of the buckets  3 the key that names the live generation
-- ARGV  1 name of the cursor's field  2 expected value  3 the generation that must be the live one, '' for any
--       4 the calls (calls.py): HMGET of buckets
-- Returns {1, stored, of each call {state or nil, ...}} or {0, stored or '', {}}, or {-1, the live generation, {}} where that is another
local live = redis.call('GET', KEYS[3]) or '1'
-- guard: the generation is the live one
if ARGV[3] ~= '' and live ~= ARGV[3] then return {-1, live, {}} end
-- guard end
local stored = redis.call('HGET', KEYS[1], ARGV[1])
if not stored then return {0, '', {}} end
-- guard: the cursor is the expected one
if stored ~= ARGV[2] then return {0, stored, {}} end
-- guard end
local states = {}
for n, each in ipairs(cmsgpack.unpack(ARGV[4])) do states[n] = redis.call('HMGET', KEYS[2] .. each[1], unpack(each, 2)) end
return {1, ARGV[2], states}

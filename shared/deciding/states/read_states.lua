-- Read states, if the cursor is the expected one; otherwise return its value and no states.
-- KEYS  1 cursor hash  2 prefix of the buckets
-- ARGV  1 name of the cursor's field  2 expected value
--       3 what is asked for: 20 bytes each, bucket (4, little-endian) and id (16)
-- Returns {1, stored, {state or nil, ...}} or {0, stored or '', {}}
local stored = redis.call('HGET', KEYS[1], ARGV[1])
if not stored then return {0, '', {}} end
-- guard: the cursor is the expected one
if stored ~= ARGV[2] then return {0, stored, {}} end
-- guard end
local prefix, asked, states = KEYS[2], ARGV[3], {}
local sub, unpack_number, call = string.sub, struct.unpack, redis.call
local n = 0
for i = 1, #asked, 20 do
  n = n + 1
  states[n] = call('HGET', prefix .. unpack_number('<I4', asked, i), sub(asked, i + 4, i + 19))
end
return {1, ARGV[2], states}

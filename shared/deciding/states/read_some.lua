-- Read states as they are now, without a look at the cursor.
-- KEYS  1 prefix of the buckets
-- ARGV  1 what is asked for: 20 bytes each, bucket (4, little-endian) and id (16)
-- Returns each state, or nil.
local prefix, asked, states = KEYS[1], ARGV[1], {}
local sub, unpack_number, call = string.sub, struct.unpack, redis.call
local n = 0
for i = 1, #asked, 20 do
  n = n + 1
  states[n] = call('HGET', prefix .. unpack_number('<I4', asked, i), sub(asked, i + 4, i + 19))
end
return states

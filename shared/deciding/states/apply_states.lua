-- Compare and set: write states and outcomes and move the cursor, if it is the expected one; otherwise change nothing.
-- KEYS  1 cursor hash  2 prefix of the buckets  3 prefix of the lists  4 prefix of the outcomes  5 prefix of the exceptions
--       6 prefix of the sets of groups that have a list, by kind: a list is named <group>:<kind>
-- ARGV  1 name of the cursor's field  2 m, the number of arguments that set fields of the cursor  3.. those m, field and value in turn
--       then, from m+3 on: expected value ('' for none)  next value
--       outcomes: a byte for each offset from expected to next, or ''  seconds to keep outcomes
--       the calls (calls.py), in four lists: HSET of buckets, ZADD and ZREM of lists, SADD of groups that have a list, by kind
--       then offset and text of each exception in turn
-- Returns {1, next} or {0, stored or ''}. Never fails half-way: all that can be wrong is wrong before the first write.
local field, m = ARGV[1], tonumber(ARGV[2])
local expected, next_value, outcomes, keep = ARGV[m + 3], ARGV[m + 4], ARGV[m + 5], ARGV[m + 6]
local call = redis.call
local stored = call('HGET', KEYS[1], field)
-- guard: the cursor is the expected one
if (stored or '') ~= expected then return {0, stored or ''} end
-- guard end

-- One call for each key, and not for each change: what a write costs beside itself (its key, its part of the append-only file) is most of it.
local states, entered, left, groups = unpack(cmsgpack.unpack(ARGV[m + 7]))
local function make(command, prefix, calls)
  for _, each in ipairs(calls) do call(command, prefix .. each[1], unpack(each, 2)) end
end
make('HSET', KEYS[2], states)
make('ZADD', KEYS[3], entered)
make('ZREM', KEYS[3], left)
make('SADD', KEYS[6], groups)
for _, each in ipairs(left) do
  local list = each[1]
  if call('EXISTS', KEYS[3] .. list) == 0 then
    local group, kind = string.match(list, '^(.-):(.*)$')
    call('SREM', KEYS[6] .. kind, group)
  end
end

local chunk_size = 65536
if #outcomes > 0 then
  local from = tonumber(expected)
  local done = 0
  while done < #outcomes do
    local chunk, inside = math.floor((from + done) / chunk_size), (from + done) % chunk_size
    local piece = string.sub(outcomes, done + 1, done + chunk_size - inside)
    local key = KEYS[4] .. string.format('%d', chunk)
    call('SETRANGE', key, inside, piece)
    call('EXPIRE', key, keep)
    done = done + #piece
  end
end
local touched = {}
for i = m + 8, #ARGV, 2 do
  local key = KEYS[5] .. string.format('%d', math.floor(tonumber(ARGV[i]) / chunk_size))
  call('HSET', key, ARGV[i], ARGV[i + 1])
  touched[key] = true
end
for key in pairs(touched) do call('EXPIRE', key, keep) end

for i = 3, m + 2, 2 do call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
return {1, next_value}

-- Compare and set: write states and outcomes and move the cursor, if it is the expected one; otherwise change nothing.
-- KEYS  1 cursor hash  2 prefix of the buckets  3 prefix of the lists  4 prefix of the outcomes  5 prefix of the exceptions
--       6 prefix of the sets of groups that have a list, by kind: a list is named <group>:<kind>
-- ARGV  1 name of the cursor's field  2 m, the number of arguments that set fields of the cursor  3.. those m, field and value in turn
--       then, from m+3 on: expected value ('' for none)  next value
--       states: each bucket (4, little-endian), id (16), length (2), state
--       lists: each '+' or '-', length of the list's name (1), length of the entry (1), name, entry
--       outcomes: a byte for each offset from expected to next, or ''  seconds to keep outcomes  then offset and text of each exception in turn
-- Returns {1, next} or {0, stored or ''}. Never fails half-way: all that can be wrong is wrong before the first write.
local field, m = ARGV[1], tonumber(ARGV[2])
local expected, next_value, states, lists, outcomes, keep = ARGV[m + 3], ARGV[m + 4], ARGV[m + 5], ARGV[m + 6], ARGV[m + 7], ARGV[m + 8]
local call, sub, unpack_number = redis.call, string.sub, struct.unpack
local stored = call('HGET', KEYS[1], field)
-- guard: the cursor is the expected one
if (stored or '') ~= expected then return {0, stored or ''} end
-- guard end

-- One call for each key, and not for each change: what a write costs beside itself (its key, its part of the append-only file) is most of it.
local most = 1000 -- arguments of one call, an even number
local function in_calls(command, key, arguments)
  for first = 1, #arguments, most do call(command, key, unpack(arguments, first, math.min(first + most - 1, #arguments))) end
end
local function add(groups, name, ...)
  local arguments = groups[name] or {}
  groups[name] = arguments
  for _, argument in ipairs({...}) do arguments[#arguments + 1] = argument end
end

local at, length = 1, #states
local buckets = {}
while at <= length do
  local size = unpack_number('<I2', states, at + 20)
  add(buckets, unpack_number('<I4', states, at), sub(states, at + 4, at + 19), sub(states, at + 22, at + 21 + size))
  at = at + 22 + size
end
for bucket, fields in pairs(buckets) do in_calls('HSET', KEYS[2] .. bucket, fields) end

at, length = 1, #lists
local entered, left = {}, {}
while at <= length do
  local name_size, entry_size = unpack_number('<BB', lists, at + 1)
  local name, entry = sub(lists, at + 3, at + 2 + name_size), sub(lists, at + 3 + name_size, at + 2 + name_size + entry_size)
  if sub(lists, at, at) == '+' then add(entered, name, 0, entry) else add(left, name, entry) end
  at = at + 3 + name_size + entry_size
end
for name, scored in pairs(entered) do in_calls('ZADD', KEYS[3] .. name, scored) end
for name, entries in pairs(left) do in_calls('ZREM', KEYS[3] .. name, entries) end

local function tell(command, names)
  local groups = {}
  for name in pairs(names) do
    local group, kind = string.match(name, '^(.-):(.*)$')
    add(groups, kind, group)
  end
  for kind, all in pairs(groups) do in_calls(command, KEYS[6] .. kind, all) end
end
tell('SADD', entered)
for name in pairs(left) do
  if call('EXISTS', KEYS[3] .. name) == 1 then left[name] = nil end
end
tell('SREM', left)

local chunk_size = 65536
if #outcomes > 0 then
  local from = tonumber(expected)
  local done = 0
  while done < #outcomes do
    local chunk, inside = math.floor((from + done) / chunk_size), (from + done) % chunk_size
    local piece = sub(outcomes, done + 1, done + chunk_size - inside)
    local key = KEYS[4] .. string.format('%d', chunk)
    call('SETRANGE', key, inside, piece)
    call('EXPIRE', key, keep)
    done = done + #piece
  end
end
local touched = {}
for i = m + 9, #ARGV, 2 do
  local key = KEYS[5] .. string.format('%d', math.floor(tonumber(ARGV[i]) / chunk_size))
  call('HSET', key, ARGV[i], ARGV[i + 1])
  touched[key] = true
end
for key in pairs(touched) do call('EXPIRE', key, keep) end

for i = 3, m + 2, 2 do call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
return {1, next_value}

-- Compare and set: where the cursor is the expected one, adds the changes of a batch and moves it; otherwise changes nothing.
-- KEYS  1 cursor  2 cells  3 flows  4 due  5 reported  6 claimed  7 deltas
-- ARGV  1 expected offset  2 next offset  3 the changes as MessagePack (partition.py, Delta): cells, flows, due, reported, claimed, event_time,
--       recorded_time
--       4 how many offsets back deltas are kept  then source and last sequence in turn
-- Returns {1, next}, or {0, stored}; stored is -1 where there is no cursor. The script never fails half-way: it writes the delta stream first,
-- and only that write can be refused.
local call = redis.call
-- Whole numbers as text, each formatted once: Redis takes longer to format a number than to store it, and Lua would lose digits of a time.
local text = setmetatable({}, {__index = function(known, n)
  local made = string.format('%.0f', n)
  known[n] = made
  return made
end})
local stored = call('HGET', KEYS[1], 'next')
-- guard: the cursor is the expected one
if stored ~= ARGV[1] then return {0, tonumber(stored or -1)} end
-- guard end
local delta = cmsgpack.unpack(ARGV[3])
local cells, flows, due, reported, claimed, event_time, recorded_time = unpack(delta, 1, 7)

local first_kept = text[math.max(0, tonumber(ARGV[2]) - tonumber(ARGV[4]))]
local id = ARGV[2] .. '-0'
call('XADD', KEYS[7], 'MINID', '~', first_kept, id, 'prev', ARGV[1], 'delta', ARGV[3])

-- Calls `put` with a thousand field names at a time: Lua's stack holds about 8,000 arguments.
local function in_pieces(map, put)
  local fields, n = {}, 0
  for field in pairs(map) do
    n = n + 1
    fields[n] = field
    if n == 1000 then
      put(fields)
      fields, n = {}, 0
    end
  end
  if n > 0 then put(fields) end
end

-- Sets each field to `merged(old, new)`, and removes the fields whose value is then `dropped`.
local function merge(key, map, merged, dropped)
  in_pieces(map, function(fields)
    local old, pairs_, n, gone = call('HMGET', key, unpack(fields)), {}, 0, {}
    for i = 1, #fields do
      local value = merged(old[i], map[fields[i]])
      if value and value == dropped then
        gone[#gone + 1] = fields[i]
      elseif value then
        pairs_[n + 1], pairs_[n + 2] = fields[i], value
        n = n + 2
      end
    end
    if n > 0 then call('HSET', key, unpack(pairs_)) end
    if #gone > 0 then call('HDEL', key, unpack(gone)) end
  end)
end

local function sum(old, difference) return text[(old or 0) + difference] end
local function newest(old, time) return (not old or tonumber(old) < time) and text[time] end
-- A claim is 'time number'. Of two with the same time, the later in the record is kept.
local function newest_claim(old, claim)
  return (not old or tonumber(string.match(old, '^%S+')) <= claim[1]) and text[claim[1]] .. ' ' .. text[claim[2]]
end

merge(KEYS[2], cells, sum)
merge(KEYS[3], flows, sum)
merge(KEYS[4], due, sum, '0')
merge(KEYS[5], reported, newest)
merge(KEYS[6], claimed, newest_claim)

local cursor = {'next', ARGV[2]}
for i = 5, #ARGV, 2 do
  cursor[#cursor + 1] = 'sequence:' .. ARGV[i]
  cursor[#cursor + 1] = ARGV[i + 1]
end
for field, time in pairs({event_time = event_time, recorded_time = recorded_time}) do
  local old = call('HGET', KEYS[1], field)
  if type(time) == 'number' and newest(old, time) then
    cursor[#cursor + 1] = field
    cursor[#cursor + 1] = text[time]
  end
end
if tonumber(ARGV[2]) >= tonumber(call('HGET', KEYS[1], 'build_to')) then
  cursor[#cursor + 1] = 'built'
  cursor[#cursor + 1] = '1'
end
call('HSET', KEYS[1], unpack(cursor))
return {1, tonumber(ARGV[2])}

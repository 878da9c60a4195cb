-- Compare and set: write states and outcomes and move the cursor, if it is the expected one; otherwise change nothing.
-- KEYS  1 cursor hash  2 prefix of the buckets  3 prefix of the lists
--       4 prefix of the sets of groups that have a list, by kind: a list is named <group>:<kind>  5 prefix of the counts of lists
--       6 prefix of the outcomes  7 prefix of the exceptions  8 the key that names the live generation
-- ARGV  1 the generation that must be the live one, '' for any
--       2 name of the cursor's field  3 m, the number of arguments that set fields of the cursor  4.. those m, field and value in turn
--       then, from m+4 on: expected value ('' for none)  next value
--       outcomes: a byte for each offset from expected to next, or ''  seconds to keep outcomes
--       the calls (calls.py), in four lists: HSET of buckets, ZADD and ZREM of lists, SADD of groups that have a list, by kind; and what
--       changes in the counts of lists (tally.py), or nil
--       then offset and text of each exception in turn
-- Returns {1, next} or {0, stored or ''}, or {-1, the live generation} where that is another. Never fails half-way: all that can be wrong is wrong before the first write.
local must_be_live, field, m = ARGV[1], ARGV[2], tonumber(ARGV[3])
local expected, next_value, outcomes, keep = ARGV[m + 4], ARGV[m + 5], ARGV[m + 6], ARGV[m + 7]
local call = redis.call
local live = call('GET', KEYS[8]) or '1'
-- guard: the generation is the live one
if must_be_live ~= '' and live ~= must_be_live then return {-1, live} end
-- guard end
local stored = call('HGET', KEYS[1], field)
-- guard: the cursor is the expected one
if (stored or '') ~= expected then return {0, stored or ''} end
-- guard end

-- One call for each key, and not for each change: what a write costs beside itself (its key, its part of the append-only file) is most of it.
local states, entered, left, groups, counting = unpack(cmsgpack.unpack(ARGV[m + 8]), 1, 5)
local function make(command, prefix, calls)
  for _, each in ipairs(calls) do call(command, prefix .. each[1], unpack(each, 2)) end
end
make('HSET', KEYS[2], states)
make('ZADD', KEYS[3], entered)
make('ZREM', KEYS[3], left)
make('SADD', KEYS[4], groups)

-- Add to counts, or put others in their place. told: the first byte of a count and a number in turn, in order.
local function patch(key, told, put)
  if #told == 0 then return end
  local from, size = told[1], told[#told - 1] + 4 - told[1]
  local old, pieces, done = call('GETRANGE', key, from, from + size - 1), {}, 0
  if #old < size then old = old .. string.rep('\0', size - #old) end
  for i = 1, #told, 2 do
    local at, number = told[i] - from, told[i + 1]
    if not put then
      local a, b, c, d = string.byte(old, at + 1, at + 4)
      number = number + ((a * 256 + b) * 256 + c) * 256 + d
    end
    if at > done then pieces[#pieces + 1] = string.sub(old, done + 1, at) end
    local low = number % 65536
    local high = (number - low) / 65536
    pieces[#pieces + 1] = string.char(math.floor(high / 256), high % 256, math.floor(low / 256), low % 256)
    done = at + 4
  end
  call('SETRANGE', key, from, table.concat(pieces))
end

-- Count the entries of the lists of a kind anew, in ranges of their sort keys; ranges: by what is counted, where it begins and ends, as ZLEXCOUNT takes it.
local function recount(kind, ranges, groups, places)
  local counted, together = {}, 128
  for what in pairs(ranges) do counted[what] = {} end
  if call('EXISTS', KEYS[4] .. kind) == 1 then
    for before = 0, #groups - 1, together do
      local last = math.min(before + together, #groups)
      local there = call('SMISMEMBER', KEYS[4] .. kind, unpack(groups, before + 1, last))
      for n = before + 1, last do
        if there[n - before] == 1 then
          local list = KEYS[3] .. groups[n] .. ':' .. kind
          for what, range in pairs(ranges) do
            local number = call('ZLEXCOUNT', list, range[1], range[2])
            if number > 0 then
              local told = counted[what]
              told[#told + 1], told[#told + 2] = places[n], number
            end
          end
        end
      end
    end
  end
  for what, told in pairs(counted) do
    local key = KEYS[5] .. kind .. ':' .. what
    call('UNLINK', key)
    patch(key, told, true)
  end
end

-- Let the day begin for which a kind was counted as the next: what stood on the day before it stands before it now.
local function turn(kind)
  local key, told, at = KEYS[5] .. kind, {}, 1
  local on = call('GETRANGE', key .. ':on', 0, -1)
  while true do
    at = string.find(on, '[^%z]', at)
    if not at then break end
    at = at - (at - 1) % 4
    local a, b, c, d = string.byte(on, at, at + 3)
    told[#told + 1], told[#told + 2] = at - 1, ((a * 256 + b) * 256 + c) * 256 + d
    at = at + 4
  end
  patch(key .. ':before', told)
  call('UNLINK', key .. ':on')
  call('SETRANGE', key .. ':on', 0, call('GETRANGE', key .. ':next', 0, -1))
end

-- Add to the counts of the days before one, on it and on the next; told: a day, the first byte of a count and a number in turn.
local function count_by_day(kind, begun, told)
  local changed = {before = {}, on = {}, next = {}}
  for i = 1, #told, 3 do
    local day, at = told[i], told[i + 1]
    if day <= begun + 1 then
      local numbers = changed[day < begun and 'before' or day == begun and 'on' or 'next']
      numbers[at] = (numbers[at] or 0) + told[i + 2]
    end
  end
  for what, numbers in pairs(changed) do
    local order, sorted = {}, {}
    for at in pairs(numbers) do order[#order + 1] = at end
    table.sort(order)
    for _, at in ipairs(order) do
      sorted[#sorted + 1] = at
      sorted[#sorted + 1] = numbers[at]
    end
    patch(KEYS[5] .. kind .. ':' .. what, sorted)
  end
end

local firsts = {}
if counting then
  local numbers, by_day, earliest, turned = unpack(counting)
  for kind, told in pairs(numbers) do patch(KEYS[5] .. kind, told) end
  for kind, told in pairs(earliest) do
    for i = 2, #told, 2 do
      local list = told[i]
      local first = call('ZRANGEBYLEX', KEYS[3] .. list, '-', '+', 'LIMIT', 0, 1)[1]
      firsts[list], told[i] = first or false, 0
      if first then
        local a, b, c = string.byte(first, 1, 3)
        told[i] = 4294967295 - ((a * 256 + b) * 256 + c)
      end
    end
    patch(KEYS[5] .. kind .. ':earliest', told, true)
  end
  local begun = tonumber(call('HGET', KEYS[1], 'begun') or nil)
  if begun then
    for kind, told in pairs(by_day) do count_by_day(kind, begun, told) end
  end
  if #turned > 0 then
    local day, limits, kinds, groups, places = unpack(turned)
    call('HSET', KEYS[1], 'begun', day)
    local ranges = {before = {'-', '(' .. limits[1]}, on = {'[' .. limits[1], '(' .. limits[2]}, next = {'[' .. limits[2], '(' .. limits[3]}}
    -- As a rule the day after the last one begins, and one look into each list is enough: a nation's take milliseconds, in which all others wait.
    local follows = begun == day - 1
    for _, kind in ipairs(kinds) do
      if follows then turn(kind) end
      recount(kind, follows and {next = ranges.next} or ranges, groups, places)
    end
  end
end

for _, each in ipairs(left) do
  local list = each[1]
  local first = firsts[list]
  if first == nil then first = call('EXISTS', KEYS[3] .. list) == 1 end
  if not first then
    local group, kind = string.match(list, '^(.-):(.*)$')
    call('SREM', KEYS[4] .. kind, group)
  end
end

local chunk_size = 65536
if #outcomes > 0 then
  local from = tonumber(expected)
  local done = 0
  while done < #outcomes do
    local chunk, inside = math.floor((from + done) / chunk_size), (from + done) % chunk_size
    local piece = string.sub(outcomes, done + 1, done + chunk_size - inside)
    local key = KEYS[6] .. string.format('%d', chunk)
    call('SETRANGE', key, inside, piece)
    call('EXPIRE', key, keep)
    done = done + #piece
  end
end
local touched = {}
for i = m + 9, #ARGV, 2 do
  local key = KEYS[7] .. string.format('%d', math.floor(tonumber(ARGV[i]) / chunk_size))
  call('HSET', key, ARGV[i], ARGV[i + 1])
  touched[key] = true
end
for key in pairs(touched) do call('EXPIRE', key, keep) end

for i = 4, m + 3, 2 do call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
return {1, next_value}

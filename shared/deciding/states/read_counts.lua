-- Read the counts of lists of one partition (tally.py), of groups that stand beside one another.
-- KEYS  1 cursor hash  2 prefix of the counts
-- ARGV  1 a day, as its number  2 the first byte wanted of each count  3 the last  4 how many kinds there are, then those kinds  then how many kinds
--       are wanted by day, and those  then, likewise, those of which the earliest day is wanted
-- Returns nothing where that day is neither the one that began last nor the next. Else of each kind how many there are; then of each kind by day
-- how many stand on the day, and how many before it, in one or two parts; then of each the earliest.
local call, from, to = redis.call, ARGV[2], ARGV[3]
local later = tonumber(ARGV[1]) - (tonumber(call('HGET', KEYS[1], 'begun') or nil) or -1)
-- guard: the days are told apart
if later ~= 0 and later ~= 1 then return {} end
-- guard end
local found, n = {{}, {}, {}}, 4
local function counts(of) return call('GETRANGE', KEYS[2] .. of, from, to) end
local function next_kinds()
  local kinds = {unpack(ARGV, n + 1, n + ARGV[n])}
  n = n + ARGV[n] + 1
  return kinds
end
for at, kind in ipairs(next_kinds()) do found[1][at] = counts(kind) end
for at, kind in ipairs(next_kinds()) do
  local told = {counts(kind .. (later == 1 and ':next' or ':on')), counts(kind .. ':before')}
  if later == 1 then told[3] = counts(kind .. ':on') end
  found[2][at] = told
end
for at, kind in ipairs(next_kinds()) do found[3][at] = counts(kind .. ':earliest') end
return found

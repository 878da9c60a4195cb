-- Read the counts of lists of one partition (tally.py), of groups that stand beside one another.
-- KEYS  1 cursor hash  2 prefix of the counts
-- ARGV  1 a day, as its number  2 the first byte wanted of each count  3 the last  4 how many kinds there are, then those kinds  then those of them
--       that are counted by day
-- Returns nothing where that day is neither the one that began last nor the next. Else of each kind how many there are; then of each kind that is
-- counted by day the earliest, how many stand on the day, and how many before it, in one or two parts.
local call, from, to = redis.call, ARGV[2], ARGV[3]
local later = tonumber(ARGV[1]) - (tonumber(call('HGET', KEYS[1], 'begun') or nil) or -1)
-- guard: the days are told apart
if later ~= 0 and later ~= 1 then return {} end
-- guard end
local numbers, by_day = {}, {}
local function counts(of) return call('GETRANGE', KEYS[2] .. of, from, to) end
for n = 5, 4 + ARGV[4] do numbers[n - 4] = counts(ARGV[n]) end
for n = 5 + ARGV[4], #ARGV do
  local kind, told = ARGV[n], {}
  told[1], told[2], told[3] = counts(kind .. ':earliest'), counts(kind .. (later == 1 and ':next' or ':on')), counts(kind .. ':before')
  if later == 1 then told[4] = counts(kind .. ':on') end
  by_day[#by_day + 1] = told
end
return {numbers, by_day}

-- Count the entries of many lists of one partition, in the ranges between bounds.
-- KEYS  1 prefix of the lists  2 prefix of the sets of groups that have a list, by kind
-- ARGV  1 the groups, as MessagePack  2 how many bounds there are  then the bounds of sort keys, ascending  then the kinds
-- Returns of each list that is there: the places of its group and its kind (1 is the first), its first entry, then how many entries stand below
-- each bound, and how many there are.
local groups, bounds, call, found, n = cmsgpack.unpack(ARGV[1]), tonumber(ARGV[2]), redis.call, {}, 0
local together = 128
for k = 3 + bounds, #ARGV do
  local set = KEYS[2] .. ARGV[k]
  if call('EXISTS', set) == 1 then
    for before = 0, #groups - 1, together do
      local last = math.min(before + together, #groups)
      local there = call('SMISMEMBER', set, unpack(groups, before + 1, last))
      for place = before + 1, last do
        if there[place - before] == 1 then
          local list = KEYS[1] .. groups[place] .. ':' .. ARGV[k]
          local first = call('ZRANGEBYLEX', list, '-', '+', 'LIMIT', 0, 1)[1]
          if first then
            local told = {place, k - 2 - bounds, first}
            for b = 1, bounds do told[3 + b] = call('ZLEXCOUNT', list, '-', '(' .. ARGV[2 + b]) end
            told[4 + bounds] = call('ZLEXCOUNT', list, '-', '+')
            n = n + 1
            found[n] = told
          end
        end
      end
    end
  end
end
return found

-- Read the first entries of many lists of one partition, group by group. A group's entries may stand in several lists, one a kind.
-- KEYS  1 prefix of the lists  2 hash of how many entries there are, by kind
-- ARGV  1 where to begin in the first group, as ZRANGEBYLEX takes it  2 where to begin in every other, 3 where to end in every group, likewise
--       4 how many entries are enough  5 the groups in order, as one text with a comma behind each  then the kinds
-- Gives the place of a group (1 is the first) and an entry in turn: of each group all, or at least as many as are enough; and no further group
-- once there are enough. Within a group they are not in order.
local begin, lowest, finish, enough = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local call, found, n = redis.call, {}, 0
local kinds, groups = {}, {}
for kind = 6, #ARGV do
  -- Of what there is nowhere any, it is not looked into every group whether it is there.
  if tonumber(call('HGET', KEYS[2], ARGV[kind]) or 0) > 0 then kinds[#kinds + 1] = ARGV[kind] end
end
if #kinds == 0 then return found end
for group in string.gmatch(ARGV[5], '([^,]+),') do groups[#groups + 1] = group end
-- One question spares many where groups have no list of any kind, as most have in a nation with few entries.
local together = 16
for first = 1, #groups, together do
  local last, lists = math.min(first + together - 1, #groups), {}
  for place = first, last do
    for _, kind in ipairs(kinds) do lists[#lists + 1] = KEYS[1] .. groups[place] .. ':' .. kind end
  end
  if call('EXISTS', unpack(lists)) > 0 then
    for place = first, last do
      for k = 1, #kinds do
        local list = lists[(place - first) * #kinds + k]
        for _, entry in ipairs(call('ZRANGEBYLEX', list, place == 1 and begin or lowest, finish, 'LIMIT', 0, enough)) do
          found[n + 1], found[n + 2] = place, entry
          n = n + 2
        end
      end
      if n >= 2 * enough then return found end
    end
  end
end
return found

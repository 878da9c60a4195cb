-- Read the first entries of many lists of one partition, group by group. A group's entries may stand in several lists, one a kind.
-- KEYS  1 prefix of the lists  2 hash of how many entries there are, by kind
-- ARGV  1 where to begin in the first group, as ZRANGEBYLEX takes it  2 where to begin in every other, 3 where to end in every group, likewise
--       4 how many entries are enough  5 the groups in order, as one text with a comma behind each  then the kinds
-- Gives the place of a group (1 is the first) and an entry in turn: of each group all, or at least as many as are enough; and no further group
-- once there are enough. Within a group they are not in order.
local begin, lowest, finish, enough = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local call, found, n, place = redis.call, {}, 0, 0
local kinds, lists = {}, {}
for kind = 6, #ARGV do
  -- Of what there is nowhere any, it is not looked into every group whether it is there.
  if tonumber(call('HGET', KEYS[2], ARGV[kind]) or 0) > 0 then kinds[#kinds + 1] = ARGV[kind] end
end
if #kinds == 0 then return found end
for group in string.gmatch(ARGV[5], '([^,]+),') do
  place = place + 1
  for k, kind in ipairs(kinds) do lists[k] = KEYS[1] .. group .. ':' .. kind end
  -- One question spares several where a group has no list of any kind, as most have in a nation with few entries.
  if #kinds == 1 or call('EXISTS', unpack(lists)) > 0 then
    for _, list in ipairs(lists) do
      for _, entry in ipairs(call('ZRANGEBYLEX', list, begin, finish, 'LIMIT', 0, enough)) do
        found[n + 1], found[n + 2] = place, entry
        n = n + 2
      end
    end
  end
  if n >= 2 * enough then break end
  begin = lowest
end
return found

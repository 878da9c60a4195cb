-- Read the first entries of many lists of one partition, group by group. A group's entries may stand in several lists, one a kind.
-- KEYS  1 prefix of the lists
-- ARGV  1 where to begin in the first group, as ZRANGEBYLEX takes it  2 where to begin in every other, 3 where to end in every group, likewise
--       4 how many entries are enough  5 number of kinds  then the kinds, then the groups, in order
-- Gives the place of a group (1 is the first) and an entry in turn: of each group all, or at least as many as are enough; and no further group
-- once there are enough. Within a group they are not in order.
local begin, lowest, finish, enough, kinds = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])
local found, n = {}, 0
for group = 1, #ARGV - 5 - kinds do
  for kind = 6, 5 + kinds do
    for _, entry in ipairs(redis.call('ZRANGEBYLEX', KEYS[1] .. ARGV[5 + kinds + group] .. ':' .. ARGV[kind], begin, finish, 'LIMIT', 0, enough)) do
      found[n + 1], found[n + 2] = group, entry
      n = n + 2
    end
  end
  if n >= 2 * enough then break end
  begin = lowest
end
return found

-- Read the first entries of many lists of one partition, group by group. A group's entries may stand in several lists, one a kind.
-- KEYS  1 prefix of the lists  2 prefix of the sets of groups that have a list, by kind
-- ARGV  1 where to begin in the first group, as ZRANGEBYLEX takes it  2 where to begin in every other, 3 where to end in every group, likewise
--       4 how many entries are enough  5 most groups to look into, of those that have a list
--       6 the groups in order, as MessagePack  then the kinds
-- Returns the place of the group (1 is the first) before which it stopped since it had looked into the most, or 0; then the place of a group
-- and an entry in turn: of each group all, or at least as many as are enough; and no further group once there are enough. Within a group
-- they are not in order.
local begin, lowest, finish, enough, most = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])
local call, found, n = redis.call, {0}, 1
local kinds = {}
for kind = 7, #ARGV do
  if call('EXISTS', KEYS[2] .. ARGV[kind]) == 1 then kinds[#kinds + 1] = ARGV[kind] end
end
if #kinds == 0 then return found end
local groups, looked, together = cmsgpack.unpack(ARGV[6]), 0, 128
for before = 0, #groups - 1, together do
  -- In a nation with few entries most groups have no list: it is asked for many at once which have.
  local there, last = {}, math.min(before + together, #groups)
  for k, kind in ipairs(kinds) do there[k] = call('SMISMEMBER', KEYS[2] .. kind, unpack(groups, before + 1, last)) end
  for place = before + 1, last do
    local begins, counted = place == 1 and begin or lowest, false
    for k = 1, #kinds do
      if there[k][place - before] == 1 then
        if not counted then
          if looked == most then
            found[1] = place
            return found
          end
          looked, counted = looked + 1, true
        end
        for _, entry in ipairs(call('ZRANGEBYLEX', KEYS[1] .. groups[place] .. ':' .. kinds[k], begins, finish, 'LIMIT', 0, enough)) do
          found[n + 1], found[n + 2] = place, entry
          n = n + 2
        end
      end
    end
    if n > 2 * enough then return found end
  end
end
return found

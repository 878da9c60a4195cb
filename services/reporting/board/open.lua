-- Begins a partition that has no cursor, with an empty one that holds the log's end of now.
-- KEYS  1 cursor  2 cells  3 flows  4 due  5 reported  6 claimed  7 deltas
-- ARGV  1 fold version  2 the log's end: at this offset the counts are built and may be shown
-- Returns the fields and values of the cursor in turn, whether it was begun now or found.
if redis.call('EXISTS', KEYS[1]) == 0 then
  -- Counts that a lost cursor left behind would be counted twice.
  redis.call('UNLINK', KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7])
  redis.call('HSET', KEYS[1], 'next', '0', 'fold', ARGV[1], 'build_to', ARGV[2])
  if tonumber(ARGV[2]) == 0 then redis.call('HSET', KEYS[1], 'built', '1') end
end
return redis.call('HGETALL', KEYS[1])

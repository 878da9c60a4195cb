-- Begin a partition's counts, if it has none: an empty cursor that knows how far the log reaches now.
-- KEYS  1 cursor  2 cells  3 flows  4 due  5 reported  6 claimed  7 deltas
-- ARGV  1 fold version  2 the log's end: at this offset the counts are built and may be shown
-- Gives the cursor's fields and values in turn, begun or found.
if redis.call('EXISTS', KEYS[1]) == 0 then
  -- Whatever stands beside a lost cursor would be counted twice.
  redis.call('UNLINK', KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7])
  redis.call('HSET', KEYS[1], 'next', '0', 'fold', ARGV[1], 'build_to', ARGV[2])
  if tonumber(ARGV[2]) == 0 then redis.call('HSET', KEYS[1], 'built', '1') end
end
return redis.call('HGETALL', KEYS[1])

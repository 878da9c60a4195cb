-- Compare and set: put another value in the place of the expected one, or take it away; otherwise change nothing.
-- KEYS  1 string
-- ARGV  1 expected value  2 new value, '' to delete the key  3 seconds to keep the new value
-- Returns 1 where it was done, else 0.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if ARGV[2] == '' then redis.call('DEL', KEYS[1]) else redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3]) end
return 1

-- Set fields of a receipt, and how long it is kept from now on.
-- KEYS  1 receipt hash
-- ARGV  1 seconds to keep it  then fields and values in turn
redis.call('HSET', KEYS[1], unpack(ARGV, 2))
redis.call('EXPIRE', KEYS[1], ARGV[1])

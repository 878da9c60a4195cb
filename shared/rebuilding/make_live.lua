-- Compare and set: name another generation as the live one, if the expected one is it; otherwise change nothing.
-- KEYS  1 the key that names the live generation  then pairs of cursor hashes, of the live generation and of the other
-- ARGV  1 the expected generation  2 the other  3 the generation that is live where the key names none
-- What a live cursor has as `next`, the other cursor gets as `decided`, unless it has a `next` of its own: what was decided by then stays decided.
-- So it does with the fields `published:<topic>`, which belong to that offset.
-- Returns the generation that is live then.
local call = redis.call
local live = call('GET', KEYS[1]) or ARGV[3]
-- guard: the expected generation is the live one
if live ~= ARGV[1] then return live end
-- guard end
for i = 2, #KEYS, 2 do
  local decided = call('HGET', KEYS[i], 'next')
  if decided and not call('HGET', KEYS[i + 1], 'next') then
    call('HSET', KEYS[i + 1], 'decided', decided)
    local fields = call('HGETALL', KEYS[i])
    for n = 1, #fields, 2 do
      if string.sub(fields[n], 1, 10) == 'published:' then call('HSET', KEYS[i + 1], fields[n], fields[n + 1]) end
    end
  end
end
call('SET', KEYS[1], ARGV[2])
return ARGV[2]

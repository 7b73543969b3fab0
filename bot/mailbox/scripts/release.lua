-- A worker gives back a conversation that it was given and has not opened: to the others, at once.
-- KEYS ready
-- ARGV entry, worker, number
local ready = KEYS[1]
if is_pending(ready, 'workers', ARGV[1], ARGV[2]) then
  redis.call('XACK', ready, 'workers', ARGV[1])
  redis.call('XDEL', ready, ARGV[1])
  redis.call('XADD', ready, '*', 'n', ARGV[3])
end

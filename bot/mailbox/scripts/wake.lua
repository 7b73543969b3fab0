-- Postponed conversations whose time has come go back to the senders.
-- KEYS later, send
-- ARGV now (ms)
local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, 200)
for _, number in ipairs(due) do
  redis.call('ZREM', KEYS[1], number)
  redis.call('XADD', KEYS[2], '*', 'n', number)
end
return #due

-- The last moment before the call out: does the fence let it pass?
-- KEYS conversation
-- ARGV message id, author, epoch
local known = redis.call('HMGET', KEYS[1], 'holder', 'taken')
if ARGV[2] == 'bot' and (
    string.sub(known[1] or 'bot', 1, 8) == 'officer:'
    or tonumber(ARGV[3]) < tonumber(known[2] or 0)) then
  return 0
end
redis.call('HSET', KEYS[1], 'trying', ARGV[1])
redis.call('HINCRBY', KEYS[1], 'send_tries', 1)
return 1

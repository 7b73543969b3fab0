-- A message appears in the room, once, unless the fence drops it.
-- KEYS conversation, room, posted
-- ARGV number, message id, author, epoch, item
local known = redis.call('HMGET', KEYS[1], 'holder', 'taken')
if redis.call('SISMEMBER', KEYS[3], ARGV[2]) == 1 then
  return 1
end
if ARGV[3] == 'bot' and (
    string.sub(known[1] or 'bot', 1, 8) == 'officer:'
    or tonumber(ARGV[4]) < tonumber(known[2] or 0)) then
  return 0
end
even_without_memory(KEYS[1])
redis.call('SADD', KEYS[3], ARGV[2])
redis.call('XADD', KEYS[2], 'MAXLEN', '~', '300', '*', 'i', ARGV[5])
redis.call('PUBLISH', 'wj:room', ARGV[1] .. ' new')
return 1

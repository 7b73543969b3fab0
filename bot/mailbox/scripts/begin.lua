-- The last moment before the call out: is it still this sender's, and does the fence let it pass?
-- KEYS conversation, send
-- ARGV message id, author, epoch, entry, sender
if not is_pending(KEYS[2], 'senders', ARGV[4], ARGV[5]) then
  return 'lost'
end
even_without_memory(KEYS[1])
local known = redis.call('HMGET', KEYS[1], 'holder', 'taken')
if ARGV[2] == 'bot' and (
    string.sub(known[1] or 'bot', 1, 8) == 'officer:'
    or tonumber(ARGV[3]) < tonumber(known[2] or 0)) then
  return 'fenced'
end
redis.call('HSET', KEYS[1], 'trying', ARGV[1])
redis.call('HINCRBY', KEYS[1], 'send_tries', 1)
return 'passes'

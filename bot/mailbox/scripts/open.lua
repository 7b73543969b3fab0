-- A worker opens the conversation it was given: the first message and what the bot remembers.
-- KEYS conversation, box, ready
-- ARGV entry
if not is_pending(KEYS[3], 'workers', ARGV[1]) then
  return false
end
even_without_memory(KEYS[1])
local message = redis.call('LINDEX', KEYS[2], 0)
if not message then
  redis.call('XACK', KEYS[3], 'workers', ARGV[1])
  redis.call('XDEL', KEYS[3], ARGV[1])
  redis.call('HSET', KEYS[1], 'box_on', '0')
  return false
end
local tries = redis.call('HINCRBY', KEYS[1], 'tries', 1)
local known = redis.call('HMGET', KEYS[1], 'holder', 'epoch', 'state', 'address', 'waiting_said')
return {message, tries, known[1] or 'bot', tonumber(known[2] or 0), known[3] or '', known[4], known[5] or '0'}

-- A sender looks at the first message that waits in a conversation's outbox.
-- KEYS conversation, out, send
-- ARGV entry
local message = redis.call('LINDEX', KEYS[2], 0)
if not message then
  redis.call('XACK', KEYS[3], 'senders', ARGV[1])
  redis.call('XDEL', KEYS[3], ARGV[1])
  redis.call('HSET', KEYS[1], 'out_on', '0')
  return false
end
local known = redis.call('HMGET', KEYS[1], 'trying', 'last_inbound', 'sent_since', 'send_tries')
return {message, known[1] or '', tonumber(known[2] or 0), tonumber(known[3] or 0), tonumber(known[4] or 0)}

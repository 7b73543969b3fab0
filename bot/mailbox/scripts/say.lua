-- An officer's words join the outbox, if the officer still holds the conversation.
-- KEYS conversation, out, send, journal
-- ARGV number, holder or '' (a repeated delivery needs no holder), reply, events …
local conversation = KEYS[1]
if ARGV[2] ~= '' and redis.call('HGET', conversation, 'holder') ~= ARGV[2] then
  return 0
end
redis.call('RPUSH', KEYS[2], ARGV[3])
for i = 4, #ARGV do
  redis.call('XADD', KEYS[4], '*', 'e', ARGV[i])
end
redis.call('PERSIST', conversation)
if redis.call('HGET', conversation, 'out_on') ~= '1' then
  redis.call('HSET', conversation, 'out_on', '1')
  redis.call('XADD', KEYS[3], '*', 'n', ARGV[1])
end
return 1

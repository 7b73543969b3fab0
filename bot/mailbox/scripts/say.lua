-- An officer's words join the outbox, if the officer still holds the conversation.
-- KEYS conversation, out, send, journal, room, posted
-- ARGV number, holder or '' (a repeated delivery needs no holder), reply, seconds to remember,
--      events …
local conversation, out, send, journal, room, posted = unpack(KEYS)
if ARGV[2] ~= '' and redis.call('HGET', conversation, 'holder') ~= ARGV[2] then
  return 0
end
redis.call('RPUSH', out, ARGV[3])
for i = 5, #ARGV do
  redis.call('XADD', journal, '*', 'e', ARGV[i])
end
if redis.call('HGET', conversation, 'out_on') ~= '1' then
  redis.call('HSET', conversation, 'out_on', '1')
  redis.call('XADD', send, '*', 'n', ARGV[1])
end
keep_or_forget({conversation, out, room, posted}, ARGV[4])
return 1

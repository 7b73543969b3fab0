-- A turn takes effect: everything, or nothing.
-- KEYS conversation, box, out, ready, send, journal, room, posted
-- ARGV number, entry, epoch, state, holder or '', waiting_said, seconds to remember,
--      number of replies, epoch after a change of hands, replies …, events …
local conversation, box, out, ready, send, journal, room, posted = unpack(KEYS)
local number, entry, epoch, state, holder = unpack(ARGV)

if (redis.call('HGET', conversation, 'epoch') or '0') ~= epoch then
  return 'fenced'
end
if redis.call('XACK', ready, 'workers', entry) == 0 then
  return 'lost'
end
redis.call('XDEL', ready, entry)
redis.call('LPOP', box)
redis.call('HSET', conversation, 'state', state, 'tries', 0, 'waiting_said', ARGV[6])
if holder ~= '' then
  redis.call('HSET', conversation, 'holder', holder, 'epoch', ARGV[9])
end
local replies = tonumber(ARGV[8])
for i = 10, 9 + replies do
  redis.call('RPUSH', out, ARGV[i])
end
for i = 10 + replies, #ARGV do
  redis.call('XADD', journal, '*', 'e', ARGV[i])
end
if redis.call('LLEN', box) > 0 then
  redis.call('XADD', ready, '*', 'n', number)
else
  redis.call('HSET', conversation, 'box_on', '0')
end
if replies > 0 and redis.call('HGET', conversation, 'out_on') ~= '1' then
  redis.call('HSET', conversation, 'out_on', '1')
  redis.call('XADD', send, '*', 'n', number)
end
keep_or_forget({conversation, out, room, posted}, ARGV[7])
return 'done'

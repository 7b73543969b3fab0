-- A turn takes effect: everything, or nothing.
-- KEYS conversation, box, out, ready, send, journal, room, posted
-- ARGV number, entry, epoch, state, holder or '', waiting_said, seconds to remember,
--      number of replies, replies …, events …
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
  redis.call('HSET', conversation, 'holder', holder)
  redis.call('HINCRBY', conversation, 'epoch', 1)
end
local replies = tonumber(ARGV[8])
for i = 9, 8 + replies do
  redis.call('RPUSH', out, ARGV[i])
end
for i = 9 + replies, #ARGV do
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
local now = redis.call('HMGET', conversation, 'box_on', 'out_on', 'holder')
if now[1] ~= '1' and now[2] ~= '1' and (now[3] or 'bot') == 'bot' then
  for _, key in ipairs({conversation, room, posted}) do
    redis.call('EXPIRE', key, ARGV[7])
  end
end
return 'done'

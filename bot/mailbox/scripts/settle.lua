-- What became of a delivery: 'sent', 'dead', 'later' or 'held'.
-- KEYS conversation, out, send, later, journal, room, posted
-- ARGV number, entry, outcome, due (ms), event or '', seconds to remember,
--      last inbound (ms) that the sender knew
local conversation, out, send, later, journal, room, posted = unpack(KEYS)
local number, entry, outcome = ARGV[1], ARGV[2], ARGV[3]

if redis.call('XACK', send, 'senders', entry) == 0 then
  return 'lost'
end
redis.call('XDEL', send, entry)
redis.call('HDEL', conversation, 'trying')
if outcome == 'held'
  and tonumber(redis.call('HGET', conversation, 'last_inbound') or 0) ~= tonumber(ARGV[7]) then
  -- The citizen wrote while the platform was asked: it takes replies again.
  redis.call('XADD', send, '*', 'n', number)
  return 'done'
end
if ARGV[5] ~= '' then
  redis.call('XADD', journal, '*', 'e', ARGV[5])
end
if outcome == 'later' then
  redis.call('ZADD', later, ARGV[4], number)
  return 'done'
end
if outcome == 'held' then
  redis.call('HSET', conversation, 'held', '1', 'send_tries', 0)
  keep_or_forget({conversation, out, room, posted}, ARGV[6])
  return 'done'
end
redis.call('LPOP', out)
redis.call('HSET', conversation, 'send_tries', 0)
if outcome == 'sent' then
  redis.call('HINCRBY', conversation, 'sent_since', 1)
end
if redis.call('LLEN', out) > 0 then
  redis.call('XADD', send, '*', 'n', number)
  return 'done'
end
redis.call('HSET', conversation, 'out_on', '0')
keep_or_forget({conversation, out, room, posted}, ARGV[6])
return 'done'

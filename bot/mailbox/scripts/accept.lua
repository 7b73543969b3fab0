-- A citizen's message arrives: deduplicate, append, schedule, tell the journal, in one step.
-- KEYS conversation, box, out, ready, send, seen, journal, room, posted
-- ARGV number, inbound, event, address, received (ms), seen seconds, mailbox limit,
--      backlog limit, room item or ''
local conversation, box, out, ready, send, seen, journal, room, posted = unpack(KEYS)
local number, inbound, event, address, received = unpack(ARGV)

if redis.call('EXISTS', seen) == 1 then
  return 'duplicate'
end
if redis.call('LLEN', box) >= tonumber(ARGV[7])
  or redis.call('XLEN', ready) >= tonumber(ARGV[8])
  or redis.call('XLEN', journal) >= tonumber(ARGV[8]) then
  return 'full'
end
redis.call('SET', seen, '1', 'EX', ARGV[6])
redis.call('HSET', conversation, 'address', address, 'last_inbound', received, 'sent_since', 0)
redis.call('RPUSH', box, inbound)
redis.call('XADD', journal, '*', 'e', event)
if redis.call('HGET', conversation, 'box_on') ~= '1' then
  redis.call('HSET', conversation, 'box_on', '1')
  redis.call('XADD', ready, '*', 'n', number)
end
if redis.call('HDEL', conversation, 'held') == 1 then
  -- The platform takes replies again now that the citizen has written.
  redis.call('XADD', send, '*', 'n', number)
end
if ARGV[9] ~= '' then
  redis.call('XADD', room, 'MAXLEN', '~', '300', '*', 'i', ARGV[9])
  redis.call('PUBLISH', 'wj:room', number .. ' new')
end
keep_or_forget({conversation, out, room, posted})
return 'accepted'

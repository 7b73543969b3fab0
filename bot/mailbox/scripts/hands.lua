-- The conversation changes hands, if nobody was faster.
-- KEYS conversation, out, room, posted, journal
-- ARGV epoch, next epoch, holder, event, '1' when an officer takes over, seconds to remember
local conversation, out, room, posted, journal = unpack(KEYS)
local known = redis.call('HMGET', conversation, 'epoch', 'holder')
if (known[1] or '0') ~= ARGV[1] then
  return {0, known[2] or 'bot'}
end
redis.call('HSET', conversation, 'epoch', ARGV[2], 'holder', ARGV[3], 'waiting_said', 0)
if ARGV[5] == '1' then
  -- What the bot said before this epoch and is not yet under way stays unsaid.
  redis.call('HSET', conversation, 'taken', ARGV[2])
end
redis.call('XADD', journal, '*', 'e', ARGV[4])
keep_or_forget({conversation, out, room, posted}, ARGV[6])
return {1, ARGV[3]}

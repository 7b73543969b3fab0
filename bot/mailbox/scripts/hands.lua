-- The conversation changes hands, if nobody was faster.
-- KEYS conversation, journal
-- ARGV epoch, holder, event, '1' when an officer takes over, seconds to remember
local conversation = KEYS[1]
local known = redis.call('HMGET', conversation, 'epoch', 'holder', 'box_on', 'out_on')
if (known[1] or '0') ~= ARGV[1] then
  return {0, known[2] or 'bot', tonumber(known[1] or 0)}
end
local epoch = redis.call('HINCRBY', conversation, 'epoch', 1)
redis.call('HSET', conversation, 'holder', ARGV[2], 'waiting_said', 0)
if ARGV[4] == '1' then
  -- What the bot said before this epoch and is not yet under way stays unsaid.
  redis.call('HSET', conversation, 'taken', epoch)
end
redis.call('XADD', KEYS[2], '*', 'e', ARGV[3])
if ARGV[2] ~= 'bot' then
  redis.call('PERSIST', conversation)
elseif known[3] ~= '1' and known[4] ~= '1' then
  redis.call('EXPIRE', conversation, ARGV[5])
end
return {1, ARGV[2], epoch}

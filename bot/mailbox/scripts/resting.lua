-- Stands before every other script: the one rule of what lasts.
-- What waits never expires, however long everything is down. A conversation at rest (the bot
-- has it, no message waits, and no reply but one the platform holds back, perhaps for ever) is
-- forgotten after some seconds.
-- KEYS conversation, …: all of them live and go together.
local function keep_or_forget(keys, seconds)
  local known = redis.call('HMGET', keys[1], 'holder', 'box_on', 'out_on', 'held')
  local rests = (known[1] or 'bot') == 'bot'
    and known[2] ~= '1'
    and (known[3] ~= '1' or known[4] == '1')
  for _, key in ipairs(keys) do
    if rests then
      redis.call('EXPIRE', key, seconds)
    else
      redis.call('PERSIST', key)
    end
  end
end

-- Whether an entry is still to be settled. A wiped Redis has no group: then it is not.
local function is_pending(stream, group, entry, ...)
  return #redis.pcall('XPENDING', stream, group, entry, entry, 1, ...) == 1
end

-- A script whose first write takes no memory may write on when memory is full: so what waits
-- can leave, and room is made. (Redis refuses only the first.)
local function even_without_memory(conversation)
  redis.call('PERSIST', conversation)
end

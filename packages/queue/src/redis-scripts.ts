/**
 * One script for each operation of `ledger.ts`. Redis runs a script as one atomic step. KEYS[1] is the prefix of all names; ARGV[1] is
 * the time in ms, in tests only. Amounts are whole billionths of a dollar, days are counted from 1970.
 *
 *     <prefix>:run:<run>        server, max, maxDay, held, closed
 *     <prefix>:keys:<run>       key -> open | unknown | settled, what counts, the day on which it counts
 *     <prefix>:day:<day>        server, outside, released
 *     <prefix>:day-keys:<day>   the keys that were released that day
 *     <prefix>:rate:<provider>  server, since, blocked, learned, paused, first, firstAt, number
 *     <prefix>:sent:<provider>  when pictures were sent
 */
const common = `
  local base = KEYS[1]
  local time = redis.call('TIME')
  local now = tonumber(ARGV[1]) or time[1] * 1000 + math.floor(time[2] / 1000)
  -- The process of Redis: another one after each start.
  local info = redis.call('INFO', 'server')
  local server = string.match(info, 'run_id:(%x+)')
  local function whole(number) return string.format('%.0f', number) end
`;

const money = `${common}
  local day = 86400
  -- The sum of a day, empty if an earlier process of Redis wrote it.
  local function openDay(number)
    local name = base .. ':day:' .. number
    if redis.call('HGET', name, 'server') ~= server then
      redis.call('DEL', name, base .. ':day-keys:' .. number)
      redis.call('HSET', name, 'server', server, 'outside', 0, 'released', 0)
    end
    redis.call('EXPIRE', name, 3 * day)
    return name
  end
  local function today() return whole(math.floor(now / 86400000)) end
  local function count(run, keys, amounts)
    local account, releases = base .. ':run:' .. run, base .. ':keys:' .. run
    local keysOfDay = base .. ':day-keys:' .. today()
    local sum = 0
    for at, key in ipairs(keys) do
      sum = sum + amounts[at]
      redis.call('HSET', releases, key, 'open ' .. amounts[at] .. ' ' .. today())
      redis.call('SADD', keysOfDay, key)
    end
    redis.call('HINCRBY', account, 'held', whole(sum))
    redis.call('HINCRBY', openDay(today()), 'released', whole(sum))
    redis.call('EXPIRE', account, 7 * day)
    redis.call('EXPIRE', releases, 7 * day)
    redis.call('EXPIRE', keysOfDay, 3 * day)
  end
  local function isKnown(run) return redis.call('HGET', base .. ':run:' .. run, 'server') == server end
`;

const openRun = `${money}
  local run, max, spent, maxDay, dayNumber, outside = unpack(ARGV, 2, 7)
  if isKnown(run) then return 'open' end
  local name = base .. ':run:' .. run
  redis.call('DEL', name, base .. ':keys:' .. run)
  redis.call('HSET', name, 'server', server, 'max', max, 'maxDay', maxDay, 'held', spent)
  local sum = openDay(dayNumber)
  if tonumber(outside) > tonumber(redis.call('HGET', sum, 'outside')) then
    redis.call('HSET', sum, 'outside', outside)
  end
  local keys, amounts = {}, {}
  for at = 8, #ARGV do table.insert(at <= 7 + (#ARGV - 7) / 2 and keys or amounts, ARGV[at]) end
  count(run, keys, amounts)
  return 'opened'
`;

const release = `${money}
  local run, key, high = unpack(ARGV, 2, 4)
  local account = redis.call('HMGET', base .. ':run:' .. run, 'max', 'maxDay', 'held', 'closed')
  if not isKnown(run) or account[4] then return 'unknown-run' end
  if redis.call('HEXISTS', base .. ':keys:' .. run, key) == 1 then return 'released' end
  if account[3] + high > tonumber(account[1]) then return 'over-run' end
  local sum = redis.call('HMGET', openDay(today()), 'outside', 'released')
  if sum[1] + sum[2] + high > tonumber(account[2]) then return 'over-day' end
  count(run, { key }, { high })
  return 'released'
`;

const released = `${money}
  local run, key = unpack(ARGV, 2, 3)
  if not isKnown(run) or redis.call('HGET', base .. ':run:' .. run, 'closed') then return 'unknown-run' end
  return string.match(redis.call('HGET', base .. ':keys:' .. run, key) or '', '^open (%d+)')
`;

/** The cost is empty if it is unknown. */
const settle = `${money}
  local run, key, cost = unpack(ARGV, 2, 4)
  if not isKnown(run) then return end
  local names = base .. ':keys:' .. run
  local state, counted, number = string.match(redis.call('HGET', names, key) or '', '^(%a+) (%d+) (%d+)$')
  if not state or state == 'settled' then return end
  if cost == '' then
    redis.call('HSET', names, key, 'unknown ' .. counted .. ' ' .. number)
    return
  end
  local change = whole(cost - counted)
  redis.call('HSET', names, key, 'settled ' .. cost .. ' ' .. number)
  redis.call('HINCRBY', base .. ':run:' .. run, 'held', change)
  local sum = base .. ':day:' .. number
  if redis.call('HGET', sum, 'server') == server then redis.call('HINCRBY', sum, 'released', change) end
`;

const closeRun = `${money}
  if isKnown(ARGV[2]) then redis.call('HSET', base .. ':run:' .. ARGV[2], 'closed', 1) end
`;

const releasedOn = `${money}
  if redis.call('HGET', base .. ':day:' .. ARGV[2], 'server') ~= server then return {} end
  return redis.call('SMEMBERS', base .. ':day-keys:' .. ARGV[2])
`;

/**
 * The rule of core's `rate-limit.ts` for all callers, with turns. Returns how long to wait, and when the state began: if a caller
 * knows another beginning, the state that it saw is lost. A caller that misses its turn by a second loses the turn.
 */
const admit = `${common}
  local provider, pictures, configured, window, caller, known = unpack(ARGV, 2, 7)
  pictures, configured, window = tonumber(pictures), tonumber(configured), tonumber(window)
  local name, sent = base .. ':rate:' .. provider, base .. ':sent:' .. provider
  local state = redis.call('HMGET', name, 'server', 'since', 'blocked', 'learned', 'paused', 'first', 'firstAt')
  local since, blocked = tonumber(state[2]), tonumber(state[3]) or 0
  local learned, paused = tonumber(state[4]), tonumber(state[5]) or 0
  local first, firstAt = state[6], tonumber(state[7])
  if state[1] ~= server then
    local upMs = string.match(info, 'uptime_in_seconds:(%d+)') * 1000
    if state[1] or known ~= '' then blocked = now + window else blocked = now + math.max(0, window - upMs) end
    since, first = now, false
    redis.call('DEL', sent)
    redis.call('HDEL', name, 'first')
  elseif known ~= '' and tonumber(known) ~= since then
    blocked = math.max(blocked, since + window)
  end
  redis.call('HSET', name, 'server', server, 'since', whole(since), 'blocked', whole(blocked))
  redis.call('EXPIRE', name, 7 * 86400)
  redis.call('ZREMRANGEBYSCORE', sent, '-inf', whole(now - window))

  local limit = learned and configured and math.min(learned, configured) or learned or configured
  local wait = math.max(0, paused - now)
  if limit then
    wait = math.max(wait, blocked - now)
    local recent = redis.call('ZRANGE', sent, 0, -1, 'WITHSCORES')
    local room = limit
    for at = 1, #recent, 2 do room = room - string.match(recent[at], '%d+$') end
    if pictures > room and #recent > 0 then
      local at = -1
      repeat
        at = at + 2
        room = room + string.match(recent[at], '%d+$')
      until pictures <= room or at + 2 > #recent
      wait = math.max(wait, recent[at + 1] + window - now)
    end
    if first and first ~= caller and now < firstAt + 1000 then
      wait = math.max(wait, firstAt - now, 10)
    elseif wait > 0 then
      redis.call('HSET', name, 'first', caller, 'firstAt', whole(now + wait))
    elseif first then
      redis.call('HDEL', name, 'first')
    end
  end
  if wait == 0 then
    redis.call('ZADD', sent, whole(now), redis.call('HINCRBY', name, 'number', 1) .. ':' .. pictures)
    redis.call('PEXPIRE', sent, whole(2 * window))
  end
  return { wait, since }
`;

const learn = `${common}
  local name = base .. ':rate:' .. ARGV[2]
  -- The turn was reckoned by the limit of before.
  if redis.call('HGET', name, 'learned') ~= ARGV[3] then redis.call('HDEL', name, 'first') end
  redis.call('HSET', name, 'learned', ARGV[3])
`;

const pause = `${common}
  local name = base .. ':rate:' .. ARGV[2]
  local paused = tonumber(redis.call('HGET', name, 'paused')) or 0
  redis.call('HSET', name, 'paused', whole(math.max(paused, now + ARGV[3])))
`;

export const scripts = {
  openRun,
  release,
  released,
  settle,
  closeRun,
  releasedOn,
  admit,
  learn,
  pause,
} as const;

import { createHash } from 'node:crypto';

/**
 * The tables, and one function for each operation of `ledger.ts`, which is one atomic step. `postgres-operations.ts` runs this if it
 * is missing or belongs to another version. It may run again. `clock` is the time in ms, only in tests. Amounts are whole
 * billionths of a dollar, days are counted from 1970, times are milliseconds.
 *
 * The tables are unlogged, because the ledger ignores what an earlier process of the server wrote, so nothing has to survive a crash.
 */
const definitions = `
select pg_advisory_xact_lock(hashtextextended('tintype', 0));
create schema if not exists tintype;

create unlogged table if not exists tintype.queue_runs (
  queue text, run text, server timestamptz not null,
  max_nano bigint not null, max_day_nano bigint not null, held_nano bigint not null,
  is_closed boolean not null default false, expires_at timestamptz not null,
  primary key (queue, run)
);
create unlogged table if not exists tintype.queue_releases (
  queue text, run text, key text,
  state text not null check (state in ('open', 'unknown', 'settled')),
  counted_nano bigint not null, day integer not null,
  primary key (queue, run, key)
);
create index if not exists queue_releases_day on tintype.queue_releases (queue, day);
create unlogged table if not exists tintype.queue_days (
  queue text, day integer, server timestamptz not null,
  outside_nano bigint not null default 0, released_nano bigint not null default 0,
  primary key (queue, day)
);
create unlogged table if not exists tintype.queue_rates (
  queue text, provider text, server timestamptz,
  since bigint not null default 0, blocked_until bigint not null default 0,
  learned bigint, paused_until bigint not null default 0,
  first_caller text, first_at bigint not null default 0,
  primary key (queue, provider)
);
create unlogged table if not exists tintype.queue_sent (
  queue text, provider text, at bigint not null, pictures bigint not null
);
create index if not exists queue_sent_at on tintype.queue_sent (queue, provider, at);

-- One operation on the money of a queue, or on one rate, at a time. What the operation reads after it is what the earlier ones wrote.
create or replace function tintype.queue_lock(p_name text) returns void language plpgsql as $$
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'tintype needs default_transaction_isolation = read committed';
  end if;
  perform pg_advisory_xact_lock(hashtextextended('tintype:' || p_name, 0));
end $$;

create or replace function tintype.queue_now(clock bigint) returns bigint language sql volatile as $$
  select coalesce(clock, floor(extract(epoch from clock_timestamp()) * 1000)::bigint)
$$;

-- The sum of a day, empty if an earlier process of the server wrote it.
create or replace function tintype.queue_open_day(p_queue text, p_day integer)
returns tintype.queue_days language plpgsql as $$
declare
  v_day tintype.queue_days;
begin
  select * into v_day from tintype.queue_days
    where queue = p_queue and day = p_day and server = pg_postmaster_start_time();
  if not found then
    delete from tintype.queue_days where queue = p_queue and (day = p_day or day < p_day - 3);
    insert into tintype.queue_days (queue, day, server)
      values (p_queue, p_day, pg_postmaster_start_time()) returning * into v_day;
  end if;
  return v_day;
end $$;

create or replace function tintype.queue_count(
  p_queue text, clock bigint, p_run text, p_keys text[], p_nanos bigint[]
) returns void language plpgsql as $$
declare
  v_day integer := tintype.queue_now(clock) / 86400000;
  v_sum bigint := (select coalesce(sum(nano), 0) from unnest(p_nanos) as nano);
begin
  perform tintype.queue_open_day(p_queue, v_day);
  update tintype.queue_days set released_nano = released_nano + v_sum where queue = p_queue and day = v_day;
  update tintype.queue_runs set held_nano = held_nano + v_sum, expires_at = now() + interval '7 days'
    where queue = p_queue and run = p_run;
  insert into tintype.queue_releases
    select p_queue, p_run, key, 'open', nano, v_day from unnest(p_keys, p_nanos) as released (key, nano);
end $$;

create or replace function tintype.queue_open_run(
  p_queue text, clock bigint, p_run text, p_max bigint, p_spent bigint, p_max_day bigint,
  p_day integer, p_outside bigint, p_keys text[], p_nanos bigint[]
) returns text language plpgsql as $$
begin
  perform tintype.queue_lock(p_queue || ':money');
  if exists (select from tintype.queue_runs
      where queue = p_queue and run = p_run and server = pg_postmaster_start_time()) then
    return 'open';
  end if;
  with gone as (
    delete from tintype.queue_runs where queue = p_queue and (run = p_run or expires_at < now()) returning run
  )
  delete from tintype.queue_releases using gone
    where queue_releases.queue = p_queue and queue_releases.run = gone.run;
  insert into tintype.queue_runs (queue, run, server, max_nano, max_day_nano, held_nano, expires_at)
    values (p_queue, p_run, pg_postmaster_start_time(), p_max, p_max_day, p_spent, now() + interval '7 days');
  perform tintype.queue_open_day(p_queue, p_day);
  update tintype.queue_days set outside_nano = greatest(outside_nano, p_outside)
    where queue = p_queue and day = p_day;
  perform tintype.queue_count(p_queue, clock, p_run, p_keys, p_nanos);
  return 'opened';
end $$;

create or replace function tintype.queue_release(p_queue text, clock bigint, p_run text, p_key text, p_high bigint)
returns text language plpgsql as $$
declare
  v_run tintype.queue_runs;
  v_day tintype.queue_days;
begin
  perform tintype.queue_lock(p_queue || ':money');
  select * into v_run from tintype.queue_runs
    where queue = p_queue and run = p_run and server = pg_postmaster_start_time() and not is_closed;
  if not found then return 'unknown-run'; end if;
  if exists (select from tintype.queue_releases where queue = p_queue and run = p_run and key = p_key) then
    return 'released';
  end if;
  if v_run.held_nano + p_high > v_run.max_nano then return 'over-run'; end if;
  v_day := tintype.queue_open_day(p_queue, (tintype.queue_now(clock) / 86400000)::integer);
  if v_day.outside_nano + v_day.released_nano + p_high > v_run.max_day_nano then return 'over-day'; end if;
  perform tintype.queue_count(p_queue, clock, p_run, array[p_key], array[p_high]);
  return 'released';
end $$;

create or replace function tintype.queue_released(p_queue text, clock bigint, p_run text, p_key text)
returns text language plpgsql as $$
begin
  if not exists (select from tintype.queue_runs
      where queue = p_queue and run = p_run and server = pg_postmaster_start_time() and not is_closed) then
    return 'unknown-run';
  end if;
  return (select counted_nano from tintype.queue_releases
    where queue = p_queue and run = p_run and key = p_key and state = 'open');
end $$;

-- The cost is null if it is unknown.
create or replace function tintype.queue_settle(p_queue text, clock bigint, p_run text, p_key text, p_cost bigint)
returns void language plpgsql as $$
declare
  v_release tintype.queue_releases;
begin
  perform tintype.queue_lock(p_queue || ':money');
  select r.* into v_release from tintype.queue_releases r join tintype.queue_runs using (queue, run)
    where queue = p_queue and run = p_run and key = p_key and state <> 'settled'
      and server = pg_postmaster_start_time();
  if not found then return; end if;
  update tintype.queue_releases
    set state = case when p_cost is null then 'unknown' else 'settled' end,
      counted_nano = coalesce(p_cost, counted_nano)
    where queue = p_queue and run = p_run and key = p_key;
  update tintype.queue_runs set held_nano = held_nano + coalesce(p_cost - v_release.counted_nano, 0)
    where queue = p_queue and run = p_run;
  update tintype.queue_days set released_nano = released_nano + coalesce(p_cost - v_release.counted_nano, 0)
    where queue = p_queue and day = v_release.day and server = pg_postmaster_start_time();
end $$;

create or replace function tintype.queue_close_run(p_queue text, clock bigint, p_run text)
returns void language sql as $$
  update tintype.queue_runs set is_closed = true
    where queue = p_queue and run = p_run and server = pg_postmaster_start_time()
$$;

create or replace function tintype.queue_released_on(p_queue text, clock bigint, p_day integer)
returns text[] language sql as $$
  select coalesce(array_agg(distinct key), '{}') from tintype.queue_releases join tintype.queue_runs using (queue, run)
    where queue = p_queue and day = p_day and server = pg_postmaster_start_time()
$$;

-- The rule of core's rate-limit.ts, for all callers, with turns. Returns how long to wait, and when the state began: a caller that
-- knows another beginning has seen a state that is lost. A caller that does not come for its turn within a second loses it.
create or replace function tintype.queue_admit(
  p_queue text, clock bigint, p_provider text, p_pictures bigint, p_configured bigint,
  p_window bigint, p_caller text, p_known bigint
) returns double precision[] language plpgsql as $$
declare
  v_now bigint;
  v_up bigint := floor(extract(epoch from clock_timestamp() - pg_postmaster_start_time()) * 1000);
  v_rate tintype.queue_rates;
  v_before tintype.queue_rates;
  v_limit bigint;
  v_used bigint;
  v_leaves bigint;
  v_wait bigint;
begin
  perform tintype.queue_lock(p_queue || ':rate:' || p_provider);
  v_now := tintype.queue_now(clock);
  select * into v_rate from tintype.queue_rates where queue = p_queue and provider = p_provider;
  if not found then
    insert into tintype.queue_rates (queue, provider) values (p_queue, p_provider) returning * into v_rate;
  end if;
  v_before := v_rate;
  if v_rate.server is distinct from pg_postmaster_start_time() then
    v_rate.blocked_until := v_now + case
      when v_rate.server is null and p_known is null then greatest(0, p_window - v_up) else p_window end;
    v_rate.server := pg_postmaster_start_time();
    v_rate.since := v_now;
    v_rate.first_caller := null;
    delete from tintype.queue_sent where queue = p_queue and provider = p_provider;
  elsif p_known <> v_rate.since then
    v_rate.blocked_until := greatest(v_rate.blocked_until, v_rate.since + p_window);
  end if;
  delete from tintype.queue_sent where queue = p_queue and provider = p_provider and at <= v_now - p_window;

  v_limit := least(v_rate.learned, p_configured);
  v_wait := greatest(0, v_rate.paused_until - v_now);
  if v_limit is not null then
    v_wait := greatest(v_wait, v_rate.blocked_until - v_now);
    select sum(pictures) into v_used from tintype.queue_sent where queue = p_queue and provider = p_provider;
    if v_used + p_pictures > v_limit then
      select coalesce(min(at) filter (where v_used - gone + p_pictures <= v_limit), max(at)) into v_leaves
        from (select at, sum(pictures) over (order by at) as gone
          from tintype.queue_sent where queue = p_queue and provider = p_provider) as recent;
      v_wait := greatest(v_wait, v_leaves + p_window - v_now);
    end if;
    if v_rate.first_caller <> p_caller and v_now < v_rate.first_at + 1000 then
      v_wait := greatest(v_wait, v_rate.first_at - v_now, 10);
    elsif v_wait > 0 then
      v_rate.first_caller := p_caller;
      v_rate.first_at := v_now + v_wait;
    else
      v_rate.first_caller := null;
    end if;
  end if;
  if v_wait = 0 then
    insert into tintype.queue_sent values (p_queue, p_provider, v_now, p_pictures);
  end if;
  if v_rate is distinct from v_before then
    update tintype.queue_rates
      set server = v_rate.server, since = v_rate.since, blocked_until = v_rate.blocked_until,
        first_caller = v_rate.first_caller, first_at = v_rate.first_at
      where queue = p_queue and provider = p_provider;
  end if;
  return array[v_wait, v_rate.since];
end $$;

create or replace function tintype.queue_learn(p_queue text, clock bigint, p_provider text, p_limit bigint)
returns void language plpgsql as $$
begin
  perform tintype.queue_lock(p_queue || ':rate:' || p_provider);
  insert into tintype.queue_rates as rate (queue, provider, learned) values (p_queue, p_provider, p_limit)
    on conflict (queue, provider) do update
    -- The turn was reckoned by the limit of before.
    set learned = p_limit, first_caller = case when rate.learned = p_limit then rate.first_caller end;
end $$;

create or replace function tintype.queue_pause(p_queue text, clock bigint, p_provider text, p_ms bigint)
returns void language plpgsql as $$
declare
  v_until bigint;
begin
  perform tintype.queue_lock(p_queue || ':rate:' || p_provider);
  v_until := tintype.queue_now(clock) + p_ms;
  insert into tintype.queue_rates as rate (queue, provider, paused_until) values (p_queue, p_provider, v_until)
    on conflict (queue, provider) do update set paused_until = greatest(rate.paused_until, v_until);
end $$;
`;

const version = createHash('sha256').update(definitions).digest('hex').slice(0, 16);

export const schema = `${definitions}comment on schema tintype is 'queue ${version}';`;

/** Whether the database has this version. */
export const schemaQuery = `select obj_description(to_regnamespace('tintype'), 'pg_namespace') = 'queue ${version}' as answer`;

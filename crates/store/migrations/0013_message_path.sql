-- Defects of the message path: what waits for its time, what stops a number, what is kept of unknown messages.

-- A message written for later is no part of the queue until its time has come: claims don't read past it.
comment on column send_attempts.state is
  '0 planned, 1 claimed, 2 accepted, 3 rejected, 4 unknown, 5 not sent, 6 settled, 7 expired, 8 cancelled, 9 scheduled';
set local row_security = off;
alter table send_attempts no force row level security;
update send_attempts set state = 9 where state = 0 and wait = 'scheduled';
alter table send_attempts force row level security;
create index send_attempts_scheduled on send_attempts (tenant_id, not_before) where state = 9;

-- Everything that stops a number, each by itself: what one lifts leaves the others. The reason that `phone_numbers` and
-- `lanes` show is the oldest of them.
create table number_stops (
  tenant_id uuid not null,
  phone_number_id uuid not null,
  class text not null constraint number_stops_class check (class in (
    'token', 'number_blocked', 'account_blocked', 'payment',
    'deleted', 'disabled', 'partner_removed', 'app_uninstalled', 'offboarded')),
  reason text not null,
  at timestamptz not null,
  primary key (tenant_id, phone_number_id, class),
  foreign key (tenant_id, phone_number_id) references phone_numbers (tenant_id, id)
);
alter table phone_numbers no force row level security;
insert into number_stops (tenant_id, phone_number_id, class, reason, at)
select tenant_id, id,
  coalesce(paused_class, case
    when paused_reason like 'WhatsApp says that this account was deleted%' then 'deleted'
    when paused_reason like 'WhatsApp disabled%' then 'disabled'
    when paused_reason like '%removed our access%' then 'partner_removed'
    when paused_reason like '%removed our app%' then 'app_uninstalled'
    when paused_reason like '%let go of this number%' then 'offboarded'
    else 'number_blocked' end),
  paused_reason, checked_at
from phone_numbers
where paused_reason is not null;
alter table phone_numbers drop column paused_class;
alter table phone_numbers force row level security;
alter table number_stops enable row level security;
alter table number_stops force row level security;
create policy tenant on number_stops to parlance_tenant
  using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
  with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
create policy ingest on number_stops to parlance_ingest
  using (tenant_id in (select unnest(nullif(current_setting('app.tenant_ids', true), '')::uuid[])))
  with check (tenant_id in (select unnest(nullif(current_setting('app.tenant_ids', true), '')::uuid[])));
grant select, insert, delete on number_stops to parlance_tenant, parlance_ingest;
grant select on number_stops to parlance_backup;

-- Which numbers are on the WhatsApp Business app too: only those can be let go of by it.
grant select (details) on phone_numbers to parlance_ingest;

-- What stops an account is written down with it.
create policy ingest on audit_entries to parlance_ingest
  using (tenant_id in (select unnest(nullif(current_setting('app.tenant_ids', true), '')::uuid[])))
  with check (tenant_id in (select unnest(nullif(current_setting('app.tenant_ids', true), '')::uuid[])));
grant insert (tenant_id, id, at, actor_kind, actor_id, action, target, details) on audit_entries to parlance_ingest;

-- Tells a token from the one before it: what a call met with the old one does not stop the new one.
alter table provider_accounts add column version bigint not null default 1;

-- What a tenant used of something that is counted by the month; a row begins with the first use under a limit.
create table usage_counters (
  tenant_id uuid not null references tenants (id),
  key text not null constraint usage_counters_key check (key = 'messages_per_month'),
  period date not null, -- first day of the month, UTC
  quantity bigint not null,
  primary key (tenant_id, key, period)
);
alter table usage_counters enable row level security;
alter table usage_counters force row level security;
create policy tenant on usage_counters to parlance_tenant
  using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
  with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
grant select, insert, update (quantity) on usage_counters to parlance_tenant;
grant select on usage_counters to parlance_backup;

-- Statuses of messages that are not ours wait for nobody: they are looked at ever more seldom, and go after a while.
alter table parked_statuses
  add column parked_at timestamptz, -- by the product's clock
  add column look_at timestamptz; -- when the sweep looks for the message again
alter table parked_statuses no force row level security;
update parked_statuses set parked_at = at, look_at = at;
alter table parked_statuses alter column parked_at set not null, alter column look_at set not null;
alter table parked_statuses force row level security;
create index parked_statuses_look on parked_statuses (tenant_id, look_at);
create index parked_statuses_age on parked_statuses (parked_at);
grant update (look_at) on parked_statuses to parlance_ingest;
create policy upkeep_all on parked_statuses to parlance_upkeep using (true) with check (true);
grant select (tenant_id, phone_number_id, provider_id, status, parked_at), delete on parked_statuses to parlance_upkeep;

-- The operator sees what a lane does, not the provider's words about it.
revoke select on lane_state from parlance_platform;
grant select (tenant_id, phone_number_id, depth, in_flight, allowed_mps, calls, breaker, next_try_at, published_at)
  on lane_state to parlance_platform;

-- A day of the raw log goes only when every stream's cursor has passed it: the function looks for itself, with its
-- caller's rights, and what it calls only drops.
alter function drop_ingest_day(text, date) rename to drop_ingest_partition;
create function drop_ingest_day(parent text, wanted date) returns boolean
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if parent = 'raw_webhooks' and exists (
    select
    from public.ingest_streams s
    cross join lateral (
      select w.seq from public.raw_webhooks w where w.day = wanted and w.stream = s.stream order by w.seq desc limit 1) as newest
    left join public.ingest_cursors c on c.stream = s.stream
    where coalesce((c.day, c.seq) < (wanted, newest.seq), true))
  then
    return false;
  end if;
  return public.drop_ingest_partition(parent, wanted);
end $$;
revoke all on function drop_ingest_day(text, date) from public;
grant execute on function drop_ingest_day(text, date) to parlance_upkeep;

-- Upkeep: seals over the audit logs, and retention with its reports. One login does both. It looks across tenants and
-- sees ids and times; of the audit logs it sees what it hashes. Nobody else may write a seal, and it may write no entry.

create table audit_seals (
  tenant_id uuid not null,
  number bigint not null, -- 1, 2, 3 … in the chain of its tenant
  hash bytea not null, -- sha256(hash of the seal before ‖ sha256 of each entry in order)
  entries integer not null,
  last_xid xid8 not null, -- place of the last entry that it covers
  last_seq bigint not null,
  sealed_at timestamptz not null,
  primary key (tenant_id, number)
);
create index audit_seals_order on audit_seals (last_xid, last_seq);
create index audit_entries_sealing on audit_entries (xid, seq);

create table platform_audit_seals (
  number bigint primary key,
  hash bytea not null,
  entries integer not null,
  last_xid xid8 not null,
  last_seq bigint not null,
  sealed_at timestamptz not null
);

-- What was removed, under which rule. Ids grow with time.
create table retention_reports (
  id uuid primary key,
  rule text not null,
  cutoff timestamptz not null, -- what was older went
  removed bigint not null,
  first_place text not null, -- a day, a place in the outbox, a time: from where
  last_place text not null, -- to where
  at timestamptz not null
);

-- A run of `rotate-keys`; one that did not finish is taken up again.
create table key_rotations (
  id uuid primary key,
  started_at timestamptz not null,
  finished_at timestamptz
);
create unique index key_rotations_open on key_rotations ((finished_at is null)) where finished_at is null;

-- Removes the partition of one day. The caller has made sure that nobody needs it any more.
create function drop_ingest_day(parent text, wanted date) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp set lock_timeout = '2s' as $$
declare
  part text := parent || '_' || to_char(wanted, 'YYYYMMDD');
begin
  if parent not in ('raw_webhooks', 'webhook_outcomes') then
    raise exception 'not kept by day: %', parent;
  end if;
  if to_regclass('public.' || part) is null then
    return false;
  end if;
  execute format('drop table public.%I', part);
  return true;
end $$;

do $$
declare t text; r text;
begin
  foreach t in array array['audit_seals', 'platform_audit_seals', 'retention_reports', 'key_rotations'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
  end loop;
  for t, r in select * from (values
    ('audit_entries', 'upkeep'), ('platform_audit_entries', 'upkeep'), ('audit_seals', 'upkeep'), ('platform_audit_seals', 'upkeep'),
    ('retention_reports', 'upkeep'), ('tenants', 'upkeep'), ('raw_webhooks', 'upkeep'), ('webhook_outcomes', 'upkeep'),
    ('ingest_streams', 'upkeep'), ('ingest_cursors', 'upkeep'), ('outbox', 'upkeep'), ('idempotency_keys', 'upkeep'),
    ('sessions', 'upkeep'), ('platform_sessions', 'upkeep'), ('sign_in_throttles', 'upkeep'), ('jobs', 'upkeep'),
    ('retention_reports', 'platform'), ('key_rotations', 'platform')) as pairs (t, r)
  loop
    execute format('create policy %I on %I to %I using (true) with check (true)', r || '_all', t, 'parlance_' || r);
  end loop;
end $$;

grant select on audit_entries, platform_audit_entries, ingest_cursors to parlance_upkeep;
grant select, insert on audit_seals, platform_audit_seals to parlance_upkeep;
grant select, insert, update (removed, last_place) on retention_reports to parlance_upkeep;
grant select (id, slug) on tenants to parlance_upkeep;
grant select (day, stream, seq) on raw_webhooks, webhook_outcomes to parlance_upkeep;
grant select (stream) on ingest_streams to parlance_upkeep;
grant select (tenant_id, xid, id, created_at), delete on outbox to parlance_upkeep;
grant select (tenant_id, scope, key, created_at), delete on idempotency_keys to parlance_upkeep;
grant select (id, expires_at, revoked_at), delete on sessions, platform_sessions to parlance_upkeep;
grant select (realm, window_start), delete on sign_in_throttles to parlance_upkeep;
grant select (tenant_id, id, dead, run_at), delete on jobs to parlance_upkeep;
revoke all on function drop_ingest_day(text, date) from public;
grant execute on function drop_ingest_day(text, date), ensure_ingest_day(date) to parlance_upkeep;

grant select on retention_reports to parlance_platform;

-- Key rotation: the tenant login wraps and seals anew inside each tenant; the platform's does so for the installation,
-- without reading an app secret: that stays with ingest.
grant select, insert, update (finished_at) on key_rotations to parlance_platform;
grant update (active, master_key_id, wrapped) on data_keys to parlance_tenant;
grant update (active, master_key_id, wrapped) on installation_keys to parlance_platform;
grant update (secret_sealed, key_id) on meta_app_secrets to parlance_platform;

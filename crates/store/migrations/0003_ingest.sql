-- Webhooks as received, and what became of each change. One POST may carry several tenants' changes.

create table ingest_streams (
  stream smallint primary key,
  owner uuid,
  epoch bigint not null default 0,
  expires_at timestamptz,
  next_seq bigint not null default 1
);

create table ingest_cursors (
  stream smallint primary key,
  owner uuid,
  epoch bigint not null default 0,
  expires_at timestamptz,
  day date not null default '-infinity',
  seq bigint not null default 0
);

create table raw_webhooks (
  day date not null,
  stream smallint not null,
  seq bigint not null,
  meta_app_id uuid not null,
  received_at timestamptz not null,
  key_id uuid, -- set when the body is sealed
  body bytea not null,
  primary key (day, stream, seq)
) partition by range (day);

create table webhook_outcomes (
  day date not null,
  stream smallint not null,
  seq bigint not null,
  change_index integer not null,
  meta_app_id uuid not null,
  tenant_id uuid,
  provider_waba_id text,
  provider_number_id text,
  field text not null,
  outcome smallint not null, -- 1 applied, 2 duplicate, 3 unsupported, 4 unroutable, 5 unbound app, 6 unreadable
  detail text, -- masked: never content, never a phone number
  messages integer not null default 0,
  statuses integer not null default 0,
  duplicates integer not null default 0,
  received_at timestamptz not null,
  processed_at timestamptz not null,
  primary key (day, stream, seq, change_index)
) partition by range (day);
create index webhook_outcomes_recent on webhook_outcomes (received_at desc, stream, seq, change_index);

-- Makes the partitions of one day; partitions get no grants, and row security of their own.
create function ensure_ingest_day(wanted date) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  parent text;
  part text;
begin
  if wanted < date '2020-01-01' or wanted > date '2100-01-01' then
    raise exception 'day out of range: %', wanted;
  end if;
  foreach parent in array array['raw_webhooks', 'webhook_outcomes'] loop
    part := parent || '_' || to_char(wanted, 'YYYYMMDD');
    if to_regclass('public.' || part) is null then
      -- Two writers may find it missing at once; the one that waited finds it made.
      begin
        execute format('create table public.%I partition of public.%I for values from (%L) to (%L)', part, parent, wanted, wanted + 1);
        execute format('alter table public.%I enable row level security', part);
        execute format('alter table public.%I force row level security', part);
      exception when duplicate_table or unique_violation then
        null;
      end;
    end if;
  end loop;
end $$;

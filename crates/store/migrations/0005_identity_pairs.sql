-- What lets the normalizer reach the same people whichever webhook came first: which user id was seen on which phone
-- since when, and which messages named a phone only.

create table identity_pairs (
  tenant_id uuid not null references tenants (id),
  portfolio_id uuid not null references portfolios (id),
  phone text not null,
  user_id text not null,
  first_at timestamptz not null, -- provider time of the earliest update that named both
  primary key (tenant_id, portfolio_id, phone, user_id)
);
create index identity_pairs_portfolio on identity_pairs (portfolio_id);

alter table messages add column sender_phone text; -- inbound messages whose sender had no user id
create index messages_sender_phone on messages (tenant_id, sender_phone) where sender_phone is not null;

-- A stream's day never goes back, whoever owns it: its readers follow (day, seq).
alter table ingest_streams add column day date not null default '-infinity';

alter table identity_pairs enable row level security;
alter table identity_pairs force row level security;
create policy tenant on identity_pairs to parlance_tenant
  using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
  with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
create policy ingest on identity_pairs to parlance_ingest
  using (tenant_id in (select unnest(nullif(current_setting('app.tenant_ids', true), '')::uuid[])))
  with check (tenant_id in (select unnest(nullif(current_setting('app.tenant_ids', true), '')::uuid[])));

grant select on identity_pairs to parlance_tenant, parlance_backup;
grant select, insert, update (first_at) on identity_pairs to parlance_ingest;
-- Two contacts that turn out to be one person become one: their messages move, and what is left empty goes.
grant select (content, kind, sender_phone, error_message), update (conversation_id) on messages to parlance_ingest;
grant select (preview, preview_kind, preview_direction), delete on conversations to parlance_ingest;
grant delete on contacts to parlance_ingest;

-- The consent ledger: who allowed or withdrew what, told by whom, with which proof. What holds for a contact is the
-- latest row of a topic by provider time; of two at the same time the withdrawal.

create table consent_records (
  tenant_id uuid not null,
  id uuid not null,
  contact_id uuid not null,
  topic text not null constraint consent_records_topic check (topic in ('marketing', 'messages')),
  state smallint not null constraint consent_records_state check (state in (1, 2)), -- 1 granted, 2 withdrawn
  source text not null constraint consent_records_source check (source in ('provider', 'keyword', 'button', 'agent', 'api', 'import')),
  source_key text not null, -- what told it, once: the provider's preference, a message, an idempotency key
  proof text, -- where and how it was given, in words; never content of a message
  actor_id text, -- user or API key, for what a person recorded
  at timestamptz not null, -- when the customer said so
  recorded_at timestamptz not null,
  primary key (tenant_id, id),
  constraint consent_records_source_key unique (tenant_id, source, source_key),
  foreign key (tenant_id, contact_id) references contacts (tenant_id, id)
);
create index consent_records_contact on consent_records (tenant_id, contact_id, topic, at desc, state desc);

alter table consent_records enable row level security;
alter table consent_records force row level security;
create policy tenant on consent_records to parlance_tenant
  using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
  with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
create policy ingest on consent_records to parlance_ingest
  using (tenant_id in (select unnest(nullif(current_setting('app.tenant_ids', true), '')::uuid[])))
  with check (tenant_id in (select unnest(nullif(current_setting('app.tenant_ids', true), '')::uuid[])));

grant select, insert on consent_records to parlance_tenant;
grant insert, update (contact_id) on consent_records to parlance_ingest; -- two contacts that turn out to be one become one
grant select (tenant_id, id, contact_id, source, source_key) on consent_records to parlance_ingest;
grant select on consent_records to parlance_backup;

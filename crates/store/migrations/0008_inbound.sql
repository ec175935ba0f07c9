-- What webhooks tell beside messages and statuses: copies from the WhatsApp Business app, edits, prices, templates,
-- numbers, wishes, and people who turn out to be one.

alter table messages
  add column source smallint not null default 0, -- 0 live, 1 echo of the Business app, 2 history, 3 history whose media is told later
  add column referral jsonb, -- the ad or post that the customer came from
  add column forwarded smallint, -- 1 forwarded, 2 frequently
  add column edited_at timestamptz, -- provider time of the latest edit
  add column revoked_at timestamptz, -- provider time at which the sender took it back: kept, not shown
  add column billable boolean,
  add column pricing_model text,
  add column pricing_type text,
  add column pricing_category text,
  add column free_until timestamptz; -- end of the free entry point that it was sent in, as the provider tells
create index messages_referral on messages (tenant_id, conversation_id) where referral is not null;

-- Until when messages are free: 72 hours from our first answer to somebody who came from an ad, or longer if the
-- provider says so.
alter table conversations add column free_entry_until timestamptz;

alter table parked_statuses
  add column billable boolean,
  add column pricing_model text,
  add column pricing_type text,
  add column pricing_category text,
  add column free_until timestamptz;

alter table contacts
  add column address_book_name text, -- the name in the address book of the Business app
  add column address_book_at timestamptz; -- provider time of the change that set or removed it

-- A username belongs to the user id that was seen with it last; of two at the same time the greater decides.
alter table contact_identities add column seen_with text;

alter table phone_numbers
  add column name_status text, -- what the provider decided about its name
  add column connected_at timestamptz not null default '-infinity'; -- what was told of the account before does not stop it
alter table wabas add column messaging_limit text; -- the portfolio's, TIER_2K
alter table webhook_outcomes add column updates integer not null default 0; -- what is neither a message nor a status

-- A change to a message by its sender; kept apart, because it may come before the message.
create table message_revisions (
  tenant_id uuid not null,
  phone_number_id uuid not null,
  provider_id text not null, -- the provider's id of the change
  target_provider_id text not null,
  direction smallint not null,
  kind text, -- null when the message was taken back
  content jsonb,
  preview text not null default '',
  at timestamptz not null,
  primary key (tenant_id, phone_number_id, provider_id),
  foreign key (tenant_id, phone_number_id) references phone_numbers (tenant_id, id)
);
create index message_revisions_target on message_revisions (tenant_id, phone_number_id, target_provider_id);

-- A conversation that was merged into another: its id still leads there.
create table conversation_aliases (
  tenant_id uuid not null,
  id uuid not null, -- the conversation that is gone
  conversation_id uuid not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, conversation_id) references conversations (tenant_id, id)
);
create index conversation_aliases_conversation on conversation_aliases (tenant_id, conversation_id);

-- Time lines. A key is the same for every delivery of an update; an effect is the value that it set.
create table template_events (
  tenant_id uuid not null,
  key text not null,
  waba_id uuid not null,
  provider_id text,
  name text,
  language text,
  aspect text not null constraint template_events_aspect check (aspect in ('status', 'quality', 'category', 'components')),
  event text not null,
  effect text,
  reason text,
  detail jsonb,
  at timestamptz not null, -- by the provider's clock
  recorded_at timestamptz not null,
  primary key (tenant_id, key),
  foreign key (tenant_id, waba_id) references wabas (tenant_id, id)
);
create index template_events_template on template_events (tenant_id, waba_id, provider_id, aspect, at desc);
create index template_events_name on template_events (tenant_id, waba_id, name, language, at desc);

create table number_events (
  tenant_id uuid not null,
  key text not null,
  waba_id uuid not null,
  phone_number_id uuid, -- null for all numbers of the account
  aspect text not null constraint number_events_aspect check (aspect in (
    'quality', 'throughput', 'name', 'verified_name', 'username', 'limit', 'account', 'review', 'alert', 'security')),
  event text not null,
  effect text,
  detail jsonb,
  at timestamptz not null, -- by the provider's clock
  recorded_at timestamptz not null,
  primary key (tenant_id, key),
  foreign key (tenant_id, waba_id) references wabas (tenant_id, id),
  foreign key (tenant_id, phone_number_id) references phone_numbers (tenant_id, id)
);
create index number_events_waba on number_events (tenant_id, waba_id, aspect, at desc);
create index number_events_number on number_events (tenant_id, phone_number_id, aspect, at desc);

do $$
declare t text;
begin
  foreach t in array array['message_revisions', 'conversation_aliases', 'template_events', 'number_events'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format($f$create policy tenant on %I to parlance_tenant
      using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
      with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)$f$, t);
  end loop;
  foreach t in array array['message_revisions', 'conversation_aliases', 'template_events', 'number_events', 'templates', 'lanes'] loop
    execute format($f$create policy ingest on %I to parlance_ingest
      using (tenant_id in (select unnest(nullif(current_setting('app.tenant_ids', true), '')::uuid[])))
      with check (tenant_id in (select unnest(nullif(current_setting('app.tenant_ids', true), '')::uuid[])))$f$, t);
  end loop;
end $$;

grant select on message_revisions, conversation_aliases, template_events, number_events to parlance_tenant, parlance_backup;
grant select, insert on message_revisions, template_events, number_events to parlance_ingest;
grant select, insert, update (conversation_id), delete on conversation_aliases to parlance_ingest;

grant select (source, referral, edited_at, revoked_at, billable, pricing_model, pricing_type, pricing_category, free_until),
  update (source, kind, content, media_id, reply_to, referral, forwarded, edited_at, revoked_at,
    billable, pricing_model, pricing_type, pricing_category, free_until) on messages to parlance_ingest;
grant select (free_entry_until), update (free_entry_until) on conversations to parlance_ingest;
grant update (error_code, error_message, billable, pricing_model, pricing_type, pricing_category, free_until)
  on parked_statuses to parlance_ingest;
grant update (seen_with) on contact_identities to parlance_ingest;
grant update (address_book_name, address_book_at) on contacts to parlance_ingest;
grant update (contact_id, other_contact_id) on identity_conflicts to parlance_ingest;
grant select (tenant_id, id, waba_id, provider_id, name, language, status, quality, category, rejected_reason, synced_at),
  update (status, quality, category, rejected_reason) on templates to parlance_ingest;
grant select (display_phone_number, verified_name, quality, throughput_mps, name_status, paused_reason, checked_at),
  update (verified_name, quality, throughput_mps, name_status, paused_reason) on phone_numbers to parlance_ingest;
grant select (messaging_limit), update (messaging_limit) on wabas to parlance_ingest;
grant select (tenant_id, id, throughput_mps, paused_reason), update (throughput_mps, paused_reason) on lanes to parlance_ingest;
grant select (connected_at) on phone_numbers to parlance_ingest;

-- What belongs to one tenant. Every key leads with tenant_id; every foreign key between these tables pairs it.

create table data_keys (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  master_key_id text not null,
  wrapped bytea not null,
  active boolean not null,
  created_at timestamptz not null,
  primary key (tenant_id, id)
);
create unique index data_keys_active on data_keys (tenant_id) where active;

create table api_keys (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  name text not null,
  token_hash bytea not null constraint api_keys_token_key unique, -- sha256
  hint text not null, -- last four characters
  scopes text[] not null,
  created_by uuid references users (id),
  created_at timestamptz not null,
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz,
  primary key (tenant_id, id)
);
create index api_keys_creator on api_keys (created_by);

create table wabas (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  graph_environment_id uuid not null references graph_environments (id),
  portfolio_id uuid not null references portfolios (id),
  provider_waba_id text not null,
  name text not null,
  created_at timestamptz not null,
  primary key (tenant_id, id)
);
create index wabas_environment on wabas (graph_environment_id);
create index wabas_portfolio on wabas (portfolio_id);

create table provider_accounts (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  kind text not null constraint provider_accounts_kind check (kind in ('cloud_api')),
  credential_sealed bytea not null,
  key_id uuid not null,
  hint text not null,
  created_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, key_id) references data_keys (tenant_id, id)
);
create index provider_accounts_key on provider_accounts (tenant_id, key_id);

create table channel_accounts (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  kind text not null constraint channel_accounts_kind check (kind in ('whatsapp')),
  name text not null,
  created_at timestamptz not null,
  primary key (tenant_id, id)
);

create table phone_numbers (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  waba_id uuid not null,
  channel_account_id uuid not null,
  provider_account_id uuid not null,
  provider_number_id text not null,
  display_phone_number text not null,
  verified_name text not null,
  quality text not null,
  status text not null,
  throughput_mps integer not null,
  paused_reason text,
  checked_at timestamptz not null,
  created_at timestamptz not null,
  primary key (tenant_id, id),
  constraint phone_numbers_channel_key unique (tenant_id, channel_account_id),
  foreign key (tenant_id, waba_id) references wabas (tenant_id, id),
  foreign key (tenant_id, channel_account_id) references channel_accounts (tenant_id, id),
  foreign key (tenant_id, provider_account_id) references provider_accounts (tenant_id, id)
);
create index phone_numbers_waba on phone_numbers (tenant_id, waba_id);
create index phone_numbers_provider_account on phone_numbers (tenant_id, provider_account_id);

-- One active route per WABA and per number in each environment; found before a tenant is known.
create table waba_routes (
  graph_environment_id uuid not null references graph_environments (id),
  provider_waba_id text not null,
  tenant_id uuid not null,
  waba_id uuid not null,
  meta_app_id uuid not null references meta_apps (id), -- the app bound to it: only its signature counts
  constraint waba_routes_pkey primary key (graph_environment_id, provider_waba_id),
  constraint waba_routes_waba_key unique (tenant_id, waba_id),
  foreign key (tenant_id, waba_id) references wabas (tenant_id, id)
);
create index waba_routes_app on waba_routes (meta_app_id);

create table number_routes (
  graph_environment_id uuid not null references graph_environments (id),
  provider_number_id text not null,
  tenant_id uuid not null,
  phone_number_id uuid not null,
  waba_id uuid not null,
  constraint number_routes_pkey primary key (graph_environment_id, provider_number_id),
  constraint number_routes_number_key unique (tenant_id, phone_number_id),
  foreign key (tenant_id, phone_number_id) references phone_numbers (tenant_id, id),
  foreign key (tenant_id, waba_id) references wabas (tenant_id, id)
);
create index number_routes_waba on number_routes (tenant_id, waba_id);

create table connections (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  meta_app_id uuid not null references meta_apps (id),
  provider_waba_id text not null,
  provider_number_id text not null,
  provider_account_id uuid not null,
  phone_number_id uuid,
  state text not null constraint connections_state check (state in ('running', 'failed', 'connected')),
  created_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, provider_account_id) references provider_accounts (tenant_id, id),
  foreign key (tenant_id, phone_number_id) references phone_numbers (tenant_id, id)
);
create index connections_app on connections (meta_app_id);
create index connections_provider_account on connections (tenant_id, provider_account_id);
create index connections_number on connections (tenant_id, phone_number_id);

create table connection_steps (
  tenant_id uuid not null,
  connection_id uuid not null,
  position smallint not null,
  step text not null,
  state text not null constraint connection_steps_state check (state in ('pending', 'done', 'failed')),
  detail text,
  at timestamptz not null,
  primary key (tenant_id, connection_id, position),
  foreign key (tenant_id, connection_id) references connections (tenant_id, id)
);

create table templates (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  waba_id uuid not null,
  provider_id text not null,
  name text not null,
  language text not null,
  category text not null,
  status text not null,
  quality text,
  rejected_reason text,
  components jsonb not null,
  synced_at timestamptz not null,
  primary key (tenant_id, id),
  constraint templates_name_key unique (tenant_id, waba_id, name, language),
  foreign key (tenant_id, waba_id) references wabas (tenant_id, id)
);

create table contacts (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  profile_name text,
  profile_name_at timestamptz, -- provider time of the update that named them
  created_at timestamptz not null,
  primary key (tenant_id, id)
);

create table contact_identities (
  tenant_id uuid not null,
  portfolio_id uuid not null references portfolios (id),
  kind smallint not null, -- 1 phone, 2 user id, 3 username
  value text not null,
  contact_id uuid not null,
  seen_at timestamptz not null, -- provider time of the latest sighting
  primary key (tenant_id, portfolio_id, kind, value),
  foreign key (tenant_id, contact_id) references contacts (tenant_id, id)
);
create index contact_identities_contact on contact_identities (tenant_id, contact_id);
create index contact_identities_portfolio on contact_identities (portfolio_id);

create table identity_conflicts (
  tenant_id uuid not null,
  portfolio_id uuid not null references portfolios (id),
  phone text not null,
  user_id text not null,
  contact_id uuid not null, -- who the user id says it is
  other_contact_id uuid not null, -- who the phone was
  seen_at timestamptz not null,
  primary key (tenant_id, portfolio_id, phone, user_id),
  foreign key (tenant_id, contact_id) references contacts (tenant_id, id),
  foreign key (tenant_id, other_contact_id) references contacts (tenant_id, id)
);
create index identity_conflicts_contact on identity_conflicts (tenant_id, contact_id);
create index identity_conflicts_other on identity_conflicts (tenant_id, other_contact_id);
create index identity_conflicts_portfolio on identity_conflicts (portfolio_id);

create table conversations (
  tenant_id uuid not null,
  id uuid not null,
  contact_id uuid not null,
  channel_account_id uuid not null,
  phone_number_id uuid not null,
  last_message_at timestamptz not null,
  last_message_key text not null default '', -- breaks ties of equal seconds
  preview text not null default '',
  preview_kind text not null default '',
  preview_direction smallint not null default 1,
  unread integer not null default 0,
  last_inbound_at timestamptz,
  version bigint not null default 1,
  created_at timestamptz not null,
  primary key (tenant_id, id),
  constraint conversations_contact_channel_key unique (tenant_id, contact_id, channel_account_id),
  foreign key (tenant_id, contact_id) references contacts (tenant_id, id),
  foreign key (tenant_id, channel_account_id) references channel_accounts (tenant_id, id),
  foreign key (tenant_id, phone_number_id) references phone_numbers (tenant_id, id)
) with (fillfactor = 85);
create index conversations_recent on conversations (tenant_id, last_message_at desc, id desc);
create index conversations_unread on conversations (tenant_id, last_message_at desc, id desc) where unread > 0;
create index conversations_channel on conversations (tenant_id, channel_account_id);
create index conversations_number on conversations (tenant_id, phone_number_id);

create table media (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  phone_number_id uuid not null,
  direction smallint not null,
  state smallint not null, -- 0 pending, 1 stored, 2 failed
  provider_media_id text,
  provider_media_until timestamptz, -- when the provider forgets an uploaded id
  mime_type text not null,
  filename text,
  size_bytes bigint,
  sha256 text, -- hex, of the stored bytes
  declared_sha256 text, -- as the provider declared it
  blob_key text,
  error text,
  created_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, phone_number_id) references phone_numbers (tenant_id, id)
);
create index media_number on media (tenant_id, phone_number_id);

create table messages (
  tenant_id uuid not null,
  id uuid not null,
  conversation_id uuid not null,
  phone_number_id uuid not null,
  direction smallint not null,
  kind text not null,
  content jsonb not null,
  media_id uuid,
  provider_id text,
  reply_to text, -- provider id of the message that is answered
  status smallint not null,
  thread_at timestamptz not null, -- provider time inbound, ours outbound: orders the thread
  created_at timestamptz not null, -- ours
  accepted_at timestamptz,
  sent_at timestamptz,
  delivered_at timestamptz,
  read_at timestamptz,
  failed_at timestamptz,
  error_code bigint,
  error_message text,
  decision jsonb,
  author_user_id uuid references users (id),
  author_api_key_id uuid,
  primary key (tenant_id, id),
  constraint messages_provider_key unique (tenant_id, phone_number_id, provider_id),
  foreign key (tenant_id, conversation_id) references conversations (tenant_id, id),
  foreign key (tenant_id, phone_number_id) references phone_numbers (tenant_id, id),
  foreign key (tenant_id, media_id) references media (tenant_id, id),
  foreign key (tenant_id, author_api_key_id) references api_keys (tenant_id, id)
) with (fillfactor = 85);
create index messages_thread on messages (tenant_id, conversation_id, thread_at desc, id desc);
create index messages_reactions on messages (tenant_id, conversation_id) where kind = 'reaction';
create index messages_media on messages (tenant_id, media_id);
create index messages_author on messages (author_user_id);
create index messages_author_key on messages (tenant_id, author_api_key_id);

-- A status whose message is not known (yet): applied when the send's answer is recorded.
create table parked_statuses (
  tenant_id uuid not null,
  phone_number_id uuid not null,
  provider_id text not null,
  status smallint not null,
  at timestamptz not null,
  error_code bigint,
  error_message text,
  primary key (tenant_id, phone_number_id, provider_id, status),
  foreign key (tenant_id, phone_number_id) references phone_numbers (tenant_id, id)
);

-- The send ledger is also the queue: a planned row is what a lane claims. Ids and states, no content.
create table send_attempts (
  tenant_id uuid not null,
  id uuid not null,
  message_id uuid not null,
  phone_number_id uuid not null,
  attempt smallint not null,
  priority smallint not null, -- 0 conversation reply, 1 transactional, 2 campaign
  state smallint not null, -- 0 planned, 1 claimed, 2 accepted, 3 rejected, 4 unknown, 5 not sent, 6 settled, 7 expired, 8 cancelled
  not_before timestamptz not null,
  planned_at timestamptz not null,
  claimed_at timestamptz,
  claimed_epoch bigint,
  finished_at timestamptz,
  provider_id text,
  fault_class text,
  fault_code bigint,
  fault_message text,
  trace_id text,
  primary key (tenant_id, id),
  constraint send_attempts_message_key unique (tenant_id, message_id, attempt),
  foreign key (tenant_id, message_id) references messages (tenant_id, id),
  foreign key (tenant_id, phone_number_id) references phone_numbers (tenant_id, id)
) with (fillfactor = 85);
create index send_attempts_planned on send_attempts (tenant_id, phone_number_id, priority, id) where state = 0;
create index send_attempts_open on send_attempts (tenant_id, phone_number_id, id) where state in (1, 4);
create index send_attempts_number on send_attempts (tenant_id, phone_number_id);

create table lanes (
  tenant_id uuid not null,
  id uuid not null, -- the phone number's id
  throughput_mps integer not null,
  paused_reason text,
  owner uuid,
  epoch bigint not null default 0,
  expires_at timestamptz,
  tat_us bigint not null default 0, -- theoretical arrival time, microseconds of real time
  primary key (tenant_id, id),
  foreign key (tenant_id, id) references phone_numbers (tenant_id, id)
);

-- Small work that waits for a peer: media downloads, read receipts. Ids only.
create table jobs (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  kind text not null constraint jobs_kind check (kind in ('fetch_media', 'mark_read')),
  subject_id uuid not null,
  run_at timestamptz not null,
  attempts smallint not null default 0,
  owner uuid,
  lease_expires_at timestamptz,
  last_error text,
  dead boolean not null default false,
  primary key (tenant_id, id),
  constraint jobs_subject_key unique (tenant_id, kind, subject_id)
);
create index jobs_ready on jobs (run_at, id) where not dead;

create table idempotency_keys (
  tenant_id uuid not null references tenants (id),
  scope text not null,
  key text not null,
  request_hash bytea not null,
  response text, -- set in the transaction of the effect
  created_at timestamptz not null,
  primary key (tenant_id, scope, key)
);

create table outbox (
  tenant_id uuid not null,
  xid xid8 not null default pg_current_xact_id(),
  id bigint generated always as identity,
  name text not null,
  payload jsonb not null, -- ids only
  trace_id text,
  created_at timestamptz not null,
  primary key (tenant_id, xid, id)
);
create index outbox_order on outbox (xid, id);

create table audit_entries (
  tenant_id uuid not null,
  id uuid not null,
  xid xid8 not null default pg_current_xact_id(),
  seq bigint generated always as identity,
  at timestamptz not null,
  actor_kind text not null,
  actor_id text,
  action text not null,
  target text,
  details text not null default '{}', -- JSON as text: seals hash the stored bytes
  primary key (tenant_id, id)
);
create index audit_entries_order on audit_entries (tenant_id, xid, seq);

-- Who works on a conversation and whether it is done; internal notes.

set local row_security = off;

-- Neither our clock nor the provider's decides whether a customer wrote after the resolution, but which messages there
-- were: one that comes late, or in the same second, opens the conversation as well, and one that comes twice does not.
alter table conversations
  add column assignee_user_id uuid,
  add column inbound bigint not null default 0, -- customers' messages to read, counted since this column exists
  add column resolved_inbound bigint; -- how many there were when it was resolved
alter table conversations
  add column open boolean not null generated always as (resolved_inbound is null or inbound > resolved_inbound) stored;

alter table conversations no force row level security;
alter table memberships no force row level security;
alter table conversations add foreign key (tenant_id, assignee_user_id) references memberships (tenant_id, user_id);
alter table conversations force row level security;
alter table memberships force row level security;

-- One index per view of the inbox.
drop index conversations_recent;
drop index conversations_unread;
create index conversations_open on conversations (tenant_id, last_message_at desc, id desc) where open;
create index conversations_resolved on conversations (tenant_id, last_message_at desc, id desc) where not open;
create index conversations_unread on conversations (tenant_id, last_message_at desc, id desc) where open and unread > 0;
create index conversations_unassigned on conversations (tenant_id, last_message_at desc, id desc) where open and assignee_user_id is null;
create index conversations_assigned on conversations (tenant_id, assignee_user_id, open, last_message_at desc, id desc)
  where assignee_user_id is not null;

-- What people did in a conversation beside writing to the customer. A note is a row here and not a message, so that
-- nothing can send it.
create table conversation_events (
  tenant_id uuid not null,
  id uuid not null,
  conversation_id uuid not null,
  kind text not null constraint conversation_events_kind check (kind in ('note', 'assigned', 'unassigned', 'resolved', 'reopened')),
  body text constraint conversation_events_body_length check (length(body) between 1 and 4096),
  assignee_user_id uuid references users (id), -- whom it was given to
  actor_user_id uuid references users (id),
  actor_api_key_id uuid,
  at timestamptz not null, -- ours, in whole seconds as in the thread
  primary key (tenant_id, id),
  constraint conversation_events_body check ((kind = 'note') = (body is not null)),
  constraint conversation_events_assignee check ((kind = 'assigned') = (assignee_user_id is not null)),
  foreign key (tenant_id, conversation_id) references conversations (tenant_id, id),
  foreign key (tenant_id, actor_api_key_id) references api_keys (tenant_id, id)
);
create index conversation_events_thread on conversation_events (tenant_id, conversation_id, at desc, id desc);
create index conversation_events_assignee on conversation_events (assignee_user_id) where assignee_user_id is not null;
create index conversation_events_actor on conversation_events (actor_user_id) where actor_user_id is not null;
create index conversation_events_actor_key on conversation_events (tenant_id, actor_api_key_id) where actor_api_key_id is not null;

alter table conversation_events enable row level security;
alter table conversation_events force row level security;
create policy tenant on conversation_events to parlance_tenant
  using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
  with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
create policy ingest on conversation_events to parlance_ingest
  using (tenant_id in (select unnest(nullif(current_setting('app.tenant_ids', true), '')::uuid[])))
  with check (tenant_id in (select unnest(nullif(current_setting('app.tenant_ids', true), '')::uuid[])));

grant select, insert on conversation_events to parlance_tenant;
grant select on conversation_events to parlance_backup;
-- A merged conversation takes along what was done in the one that goes.
grant select (tenant_id, conversation_id), update (conversation_id) on conversation_events to parlance_ingest;
grant select (assignee_user_id, inbound, resolved_inbound, open), update (assignee_user_id, inbound, resolved_inbound)
  on conversations to parlance_ingest;

-- Built-in roles that exist already learn the new permissions.
alter table roles no force row level security;
update roles
set permissions = permissions || '{conversations:manage,notes:write}'
where builtin
  and name in ('owner', 'admin', 'supervisor', 'agent')
  and not 'conversations:manage' = any (permissions);
alter table roles force row level security;

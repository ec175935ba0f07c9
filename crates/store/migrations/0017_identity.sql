-- Invitations, password resets, sessions that tell where they are, outgoing mail, roles and settings in the tenant's own
-- hands, and an audit log that can be searched.

alter table tenants
  add column time_zone text not null default 'UTC' constraint tenants_time_zone_form check (length(time_zone) between 1 and 64),
  add column language text not null default 'en' constraint tenants_language_form check (language ~ '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$');

alter table sessions
  add column address text, -- as it was counted: of IPv6 the /64
  add column user_agent text,
  add column last_seen_at timestamptz; -- to five minutes

-- Open invitations; one that is accepted or withdrawn goes, the audit log keeps what became of it.
create table invitations (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  email_key text not null,
  email text not null,
  role_id uuid not null,
  token_hash bytea not null constraint invitations_token_key unique, -- sha256
  invited_by uuid references users (id),
  created_at timestamptz not null,
  expires_at timestamptz not null,
  primary key (tenant_id, id),
  constraint invitations_email_key unique (tenant_id, email_key),
  foreign key (tenant_id, role_id) references roles (tenant_id, id)
);
create index invitations_role on invitations (tenant_id, role_id);
create index invitations_inviter on invitations (invited_by);

create table password_resets (
  token_hash bytea primary key, -- sha256
  user_id uuid not null references users (id),
  created_at timestamptz not null,
  expires_at timestamptz not null
);
create index password_resets_user on password_resets (user_id);

-- Outgoing mail: a job sends it. Content is sealed, because it holds links that open accounts, and goes once it was sent
-- or given up.
create table mails (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  subject_id uuid not null, -- the invitation or the person that it is about
  content_sealed bytea, -- receiver, subject and text as JSON
  key_id uuid,
  created_at timestamptz not null,
  sent_at timestamptz,
  error text, -- why it was given up
  primary key (tenant_id, id),
  constraint mails_sealed check ((content_sealed is null) = (key_id is null)),
  foreign key (tenant_id, key_id) references data_keys (tenant_id, id)
);
create index mails_subject on mails (tenant_id, subject_id, id);
create index mails_key on mails (tenant_id, key_id);

alter table jobs drop constraint jobs_kind;
alter table jobs add constraint jobs_kind check (kind in ('fetch_media', 'mark_read', 'send_mail'));

create index audit_entries_actor on audit_entries (tenant_id, actor_id, id);
create index audit_entries_action on audit_entries (tenant_id, action, id);

do $$
declare t text;
begin
  foreach t in array array['invitations', 'password_resets', 'mails'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy upkeep_all on %I to parlance_upkeep using (true) with check (true)', t);
  end loop;
  foreach t in array array['invitations', 'mails'] loop
    execute format($f$create policy tenant on %I to parlance_tenant
      using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
      with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)$f$, t);
  end loop;
end $$;

-- An invitation is found by its token before its tenant is known. Resets and passwords are written inside a tenant,
-- together with a mail or a membership, and never seen there.
create policy resolve on invitations for select to parlance_tenant using (nullif(current_setting('app.tenant_id', true), '') is null);
create policy resolve on password_resets to parlance_tenant
  using (nullif(current_setting('app.tenant_id', true), '') is null) with check (true);
drop policy resolve on user_passwords;
create policy resolve on user_passwords to parlance_tenant
  using (nullif(current_setting('app.tenant_id', true), '') is null) with check (true);
create policy joins on users for insert to parlance_tenant with check (true);
create policy settle on tenants for update to parlance_tenant
  using (id = nullif(current_setting('app.tenant_id', true), '')::uuid)
  with check (id = nullif(current_setting('app.tenant_id', true), '')::uuid);

-- Inside a tenant the sessions of its members are seen and cut, nobody else's.
create policy members on sessions for select to parlance_tenant
  using (user_id in (select user_id from memberships where tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid));
create policy cut on sessions for update to parlance_tenant
  using (user_id in (select user_id from memberships where tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid));
-- A suspension cuts the sessions of people who belong to no other tenant that is active.
create policy platform_all on sessions to parlance_platform using (true) with check (true);

grant select, insert, update (token_hash, role_id, invited_by, created_at, expires_at), delete on invitations to parlance_tenant;
grant select, insert, delete on password_resets to parlance_tenant;
grant select, insert, update (content_sealed, key_id, sent_at, error), delete on mails to parlance_tenant;
grant insert on users to parlance_tenant;
grant insert, update (hash) on user_passwords to parlance_tenant;
grant insert, update (role_id), delete on memberships to parlance_tenant;
grant insert, update (name, permissions), delete on roles to parlance_tenant;
grant update (name, time_zone, language) on tenants to parlance_tenant;
grant update (last_seen_at) on sessions to parlance_tenant;
grant select (id, user_id, revoked_at), update (revoked_at) on sessions to parlance_platform;
grant select (tenant_id, id, expires_at), delete on invitations to parlance_upkeep;
grant select (user_id, expires_at), delete on password_resets to parlance_upkeep;
grant select (tenant_id, id, created_at), delete on mails to parlance_upkeep;
grant select on invitations, password_resets, mails to parlance_backup;

-- Built-in roles that exist already learn the new permissions. An admin does all but give and take ownership.
set local row_security = off;
alter table roles no force row level security;
update roles
set permissions = permissions || '{team:read,team:manage,roles:manage,settings:manage,audit:read}'
where builtin and name in ('owner', 'admin') and not 'team:read' = any (permissions);
update roles
set permissions = permissions || '{ownership:manage}'
where builtin and name = 'owner' and not 'ownership:manage' = any (permissions);
update roles
set permissions = permissions || '{team:read}'
where builtin and name = 'supervisor' and not 'team:read' = any (permissions);
alter table roles force row level security;

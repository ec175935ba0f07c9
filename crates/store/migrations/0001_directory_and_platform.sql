-- Who shares the installation, who signs in, and what the platform admin sets up.
-- Roles are made by `migrate` before this runs (they belong to the cluster); here they only get grants.

create table tenants (
  id uuid primary key,
  slug text not null constraint tenants_slug_key unique
    constraint tenants_slug_form check (slug ~ '^[a-z0-9](-?[a-z0-9])*$' and length(slug) between 2 and 40),
  name text not null constraint tenants_name_form check (length(name) between 1 and 120),
  state smallint not null default 1, -- 1 active, 2 suspended
  sandbox boolean not null default false,
  created_at timestamptz not null
);

create table users (
  id uuid primary key,
  email_key text not null constraint users_email_key unique, -- lower case
  email text not null,
  name text not null,
  password_hash text not null,
  created_at timestamptz not null
);

create table roles (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  name text not null,
  builtin boolean not null default false,
  permissions text[] not null,
  primary key (tenant_id, id),
  constraint roles_name_key unique (tenant_id, name)
);

create table memberships (
  tenant_id uuid not null references tenants (id),
  user_id uuid not null references users (id),
  role_id uuid not null,
  created_at timestamptz not null,
  primary key (tenant_id, user_id),
  foreign key (tenant_id, role_id) references roles (tenant_id, id)
);
create index memberships_user on memberships (user_id);
create index memberships_role on memberships (tenant_id, role_id);

create table sessions (
  token_hash bytea primary key, -- sha256 of the cookie
  id uuid not null constraint sessions_id_key unique,
  user_id uuid not null references users (id),
  created_at timestamptz not null,
  expires_at timestamptz not null,
  revoked_at timestamptz
);
create index sessions_user on sessions (user_id);

create table sign_in_throttles (
  realm smallint not null, -- 1 tenant, 2 platform
  key bytea not null, -- sha256 of what is counted: address or email
  window_start timestamptz not null,
  failures integer not null,
  primary key (realm, key)
);

create table graph_environments (
  id uuid primary key,
  name text not null constraint graph_environments_name_key unique,
  kind text not null constraint graph_environments_kind check (kind in ('meta', 'sandbox', 'test')),
  base_url text not null constraint graph_environments_base_url_key unique,
  graph_version text not null constraint graph_environments_version check (graph_version ~ '^v[0-9]{1,3}\.[0-9]$'),
  created_at timestamptz not null
);

create table installation_keys (
  id uuid primary key,
  master_key_id text not null,
  wrapped bytea not null,
  active boolean not null,
  created_at timestamptz not null
);
create unique index installation_keys_active on installation_keys (active) where active;

create table meta_apps (
  id uuid primary key,
  graph_environment_id uuid not null references graph_environments (id),
  app_id text not null,
  name text not null,
  verify_token_hash bytea not null, -- sha256
  created_at timestamptz not null,
  constraint meta_apps_app_id_key unique (graph_environment_id, app_id)
);

create table meta_app_secrets (
  id uuid primary key,
  meta_app_id uuid not null references meta_apps (id),
  secret_sealed bytea not null,
  key_id uuid not null references installation_keys (id),
  hint text not null, -- last four characters
  not_after timestamptz,
  created_at timestamptz not null
);
create index meta_app_secrets_app on meta_app_secrets (meta_app_id);
create index meta_app_secrets_key on meta_app_secrets (key_id);

create table portfolios (
  id uuid primary key,
  graph_environment_id uuid not null references graph_environments (id),
  business_id text not null,
  created_at timestamptz not null,
  constraint portfolios_business_key unique (graph_environment_id, business_id)
);

create table platform_users (
  id uuid primary key,
  email_key text not null constraint platform_users_email_key unique,
  email text not null,
  name text not null,
  password_hash text not null,
  created_at timestamptz not null
);

create table platform_sessions (
  token_hash bytea primary key,
  id uuid not null constraint platform_sessions_id_key unique,
  platform_user_id uuid not null references platform_users (id),
  created_at timestamptz not null,
  expires_at timestamptz not null,
  revoked_at timestamptz
);
create index platform_sessions_user on platform_sessions (platform_user_id);

create table platform_audit_entries (
  id uuid primary key,
  xid xid8 not null default pg_current_xact_id(),
  seq bigint generated always as identity,
  at timestamptz not null,
  platform_user_id uuid,
  action text not null,
  tenant_id uuid,
  target text,
  details text not null default '{}'
);
create index platform_audit_entries_order on platform_audit_entries (xid, seq);

-- Inside a tenant the directory shows that tenant only: its own row, its members, nobody's sessions. Before a tenant is
-- known it is looked up as before. Passwords leave the table of people: only sign-in, which knows no tenant yet, reads them.

set local row_security = off;
alter table users no force row level security;

create table user_passwords (
  user_id uuid primary key references users (id),
  hash text not null -- Argon2id, PHC string
);
insert into user_passwords (user_id, hash) select id, password_hash from users;
alter table users drop column password_hash;
alter table users force row level security;

drop policy tenant_all on tenants;
create policy resolve on tenants for select to parlance_tenant using (nullif(current_setting('app.tenant_id', true), '') is null);
create policy own on tenants for select to parlance_tenant using (id = nullif(current_setting('app.tenant_id', true), '')::uuid);

drop policy tenant_all on users;
create policy resolve on users for select to parlance_tenant using (nullif(current_setting('app.tenant_id', true), '') is null);
create policy members on users for select to parlance_tenant
  using (id in (select user_id from memberships where tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid));

-- A session begins together with its entry in the tenant's audit log; there it is written and never seen.
drop policy tenant_all on sessions;
create policy resolve on sessions to parlance_tenant
  using (nullif(current_setting('app.tenant_id', true), '') is null) with check (true);

-- What a tenant may have. No row, no limit.
create table entitlements (
  tenant_id uuid not null references tenants (id),
  key text not null constraint entitlements_key check (key in ('numbers', 'users', 'api_keys', 'messages_per_month')),
  quantity bigint not null constraint entitlements_quantity check (quantity >= 0), -- a flag is 0 or 1
  source text not null constraint entitlements_source check (source in ('plan', 'override')),
  set_at timestamptz not null,
  primary key (tenant_id, key)
);

do $$
declare t text;
begin
  foreach t in array array['user_passwords', 'entitlements'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy platform_all on %I to parlance_platform using (true) with check (true)', t);
  end loop;
end $$;
create policy resolve on user_passwords for select to parlance_tenant using (nullif(current_setting('app.tenant_id', true), '') is null);
create policy tenant on entitlements to parlance_tenant
  using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
  with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);

grant select on user_passwords to parlance_tenant;
grant insert on user_passwords to parlance_platform;
grant select on entitlements to parlance_tenant;
grant select, insert, update (quantity, source, set_at), delete on entitlements to parlance_platform;

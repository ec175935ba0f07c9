-- Delivery tells why a message waits, what each lane does, and what a contact allows; contacts are found by name.

-- Why a planned row may not go before `not_before`; kept when it has gone.
alter table send_attempts add column wait text
  constraint send_attempts_wait check (wait in ('scheduled', 'pair_rate', 'order', 'retry'));
-- Calls of the last minutes, from which a next owner rebuilds the budgets; leads with the columns of the foreign key.
create index send_attempts_claimed on send_attempts (tenant_id, phone_number_id, claimed_at);
drop index send_attempts_number;
grant update (wait) on send_attempts to parlance_delivery;

-- What stopped a number: a new token lifts a pause for the token, and no other.
alter table phone_numbers add column paused_class text;

-- What each lane does, told once a second by its owner.
create table lane_state (
  tenant_id uuid not null,
  phone_number_id uuid not null,
  depth integer not null, -- planned rows, counted to 1,000
  in_flight integer not null, -- claimed, outcome not recorded
  allowed_mps integer not null, -- calls a second that the bucket allows at present
  calls integer not null, -- calls begun in the second before
  breaker smallint not null constraint lane_state_breaker check (breaker in (0, 1, 2)), -- 0 closed, 1 open, 2 half open
  breaker_reason text,
  next_try_at timestamptz, -- when a call is tried again, while the breaker is not closed
  published_at timestamptz not null,
  primary key (tenant_id, phone_number_id),
  foreign key (tenant_id, phone_number_id) references phone_numbers (tenant_id, id)
) with (fillfactor = 50);

alter table lane_state enable row level security;
alter table lane_state force row level security;
create policy tenant on lane_state to parlance_tenant
  using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
  with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
create policy delivery on lane_state to parlance_delivery
  using (tenant_id in (select unnest(nullif(current_setting('app.tenant_ids', true), '')::uuid[])))
  with check (tenant_id in (select unnest(nullif(current_setting('app.tenant_ids', true), '')::uuid[])));
create policy platform_all on lane_state to parlance_platform using (true) with check (true);
grant select on lane_state to parlance_tenant, parlance_platform, parlance_backup;
grant select, insert, update (depth, in_flight, allowed_mps, calls, breaker, breaker_reason, next_try_at, published_at)
  on lane_state to parlance_delivery;

-- Contacts by the start of their name, and by the start of their phone: index conditions under row security.
alter table contacts add column name_key text collate "C" generated always as (lower(profile_name)) stored;
create index contacts_name on contacts (tenant_id, name_key) where name_key is not null;
create index contact_identities_value on contact_identities (tenant_id, kind, value text_pattern_ops);

-- Built-in roles that exist already learn the new permission.
set local row_security = off;
alter table roles no force row level security;
update roles
set permissions = permissions || '{contacts:manage}'
where builtin
  and name in ('owner', 'admin', 'supervisor', 'marketer', 'agent')
  and not 'contacts:manage' = any (permissions);
alter table roles force row level security;

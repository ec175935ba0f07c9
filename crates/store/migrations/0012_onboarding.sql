-- What else a provider tells of a number, and the PIN under which a run registered it.
-- Existing numbers learn theirs at the next check.
alter table phone_numbers add column details jsonb not null default '{}';

alter table connections
  add column pin_sealed bytea,
  add column pin_key_id uuid,
  add constraint connections_pin check ((pin_sealed is null) = (pin_key_id is null));
create index connections_pin_key on connections (tenant_id, pin_key_id);

-- The check of the key reads both tables as their owner, which forced row security would blind.
set local row_security = off;
alter table connections no force row level security;
alter table data_keys no force row level security;
alter table connections add foreign key (tenant_id, pin_key_id) references data_keys (tenant_id, id);
alter table connections force row level security;
alter table data_keys force row level security;

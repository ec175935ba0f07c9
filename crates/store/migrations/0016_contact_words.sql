-- What a tenant's people write about a contact: the name they use, and facts by name.

alter table contacts
  add column given_name text constraint contacts_given_name_length check (length(given_name) between 1 and 120),
  add column attributes jsonb not null default '{}', -- texts by name
  add column given_key text collate "C" generated always as (lower(given_name)) stored;
create index contacts_given_name on contacts (tenant_id, given_key) where given_key is not null;

grant update (given_name, attributes) on contacts to parlance_tenant;
-- Two contacts that turn out to be one become one.
grant select (given_name, attributes), update (given_name, attributes) on contacts to parlance_ingest;

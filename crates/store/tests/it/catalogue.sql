-- Everything in the catalogue that breaks a rule, as (rule, object); must return no rows. $1 holds the lists of classes.rs.
with
listed as (
  select * from jsonb_to_recordset($1 -> 'tables') as l (name text, class text)
),
across as (
  select * from jsonb_to_recordset($1 -> 'across') as a (name text, role text)
),
readers as (
  select * from jsonb_to_recordset($1 -> 'readers') as r (name text, "column" text, roles jsonb)
),
runtime as (
  select r.oid, r.rolname
  from jsonb_array_elements_text($1 -> 'roles') as named (role)
  join pg_roles r on r.rolname = named.role
),
rel as ( -- tables, partitions too
  select
    c.oid,
    c.relname,
    c.relispartition,
    c.relrowsecurity and c.relforcerowsecurity as secured,
    a.attnum as tenant,
    a.attnotnull as tenant_required,
    $1 -> 'owned' ? c.relname as owned
  from pg_class c
  left join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
  where c.relnamespace = 'public'::regnamespace
    and c.relkind in ('r', 'p')
    and c.relname <> '_sqlx_migrations'
),
grants as (
  select c.relname, c.relispartition, c.relowner, x.grantee, x.privilege_type, x.is_grantable
  from pg_class c
  cross join lateral (
    select * from aclexplode(c.relacl)
    union all
    select x.* from pg_attribute a cross join lateral aclexplode(a.attacl) x where a.attrelid = c.oid
  ) x
  where c.relnamespace = 'public'::regnamespace
),
policies as (
  select
    rel.relname,
    rel.oid,
    p.polname,
    p.polcmd,
    p.polroles,
    pg_get_expr(p.polqual, p.polrelid) as qual,
    pg_get_expr(p.polwithcheck, p.polrelid) as checked
  from pg_policy p
  join rel on rel.oid = p.polrelid
),
commands as (
  select * from (values ('SELECT', 'r', true, false), ('INSERT', 'a', false, true), ('UPDATE', 'w', true, true), ('DELETE', 'd', true, false))
    as v (privilege, cmd, wants_qual, wants_check)
),
foreign_keys as (
  select f.*, rel.relname
  from pg_constraint f
  join rel on rel.oid = f.conrelid
  where f.contype = 'f' and f.conparentid = 0
)

select 'table in no class' as rule, relname::text as object
from rel
where not relispartition and not exists (select from listed where name = relname)

union all
select 'class without its table', name
from listed
where not exists (select from rel where relname = name and not relispartition)

union all
select 'row security not enabled and forced', relname
from rel
where not secured

union all
select 'policy for public', format('%s.%s', relname, polname)
from policies
where 0 = any (polroles)

union all
select 'policy for a role that is not a runtime role', format('%s.%s', relname, polname)
from policies
cross join lateral unnest(polroles) as role
where role <> 0 and role not in (select oid from runtime)

union all
select 'command without a policy', format('%s %s %s', rolname, privilege, relname)
from rel
cross join runtime
cross join commands
where case
    when privilege = 'DELETE' then has_table_privilege(runtime.oid, rel.oid, privilege)
    else has_any_column_privilege(runtime.oid, rel.oid, privilege)
  end
  and not exists (
    select from policies p
    where p.oid = rel.oid
      and runtime.oid = any (p.polroles)
      and p.polcmd in ('*', cmd::"char")
      and (not wants_qual or p.qual is not null)
      and (not wants_check or p.checked is not null)
  )

union all
select 'policy text not approved', format('%s.%s for %s: %s', p.relname, p.polname, runtime.rolname, text.expression)
from policies p
join runtime on runtime.oid = any (p.polroles)
cross join lateral (values (p.qual), (p.checked)) as text (expression)
where text.expression is not null
  and not (
    ($1 -> 'owned' ? p.relname and runtime.rolname = 'parlance_tenant'
      and text.expression = '(tenant_id = (NULLIF(current_setting(''app.tenant_id''::text, true), ''''::text))::uuid)')
    or (p.relname in ('contacts', 'contact_identities') and runtime.rolname = 'parlance_tenant'
      and text.expression = '(tenant_id = ( SELECT (NULLIF(current_setting(''app.tenant_id''::text, true), ''''::text))::uuid AS "nullif"))')
    or ($1 -> 'owned' ? p.relname and runtime.rolname in ('parlance_ingest', 'parlance_delivery')
      and text.expression = '(tenant_id IN ( SELECT unnest((NULLIF(current_setting(''app.tenant_ids''::text, true), ''''::text))::uuid[]) AS unnest))')
    or ($1 -> 'resolved' ? p.relname and runtime.rolname = 'parlance_tenant' and (p.polcmd = 'r' or p.relname in ('sessions', 'user_passwords', 'password_resets'))
      and text.expression = '(NULLIF(current_setting(''app.tenant_id''::text, true), ''''::text) IS NULL)')
    or (p.relname = 'tenants' and runtime.rolname = 'parlance_tenant' and p.polcmd in ('r', 'w')
      and text.expression = '(id = (NULLIF(current_setting(''app.tenant_id''::text, true), ''''::text))::uuid)')
    or (p.relname = 'users' and runtime.rolname = 'parlance_tenant' and p.polcmd = 'r'
      and regexp_replace(text.expression, '\s+', ' ', 'g') = '(id IN ( SELECT memberships.user_id FROM memberships WHERE (memberships.tenant_id = (NULLIF(current_setting(''app.tenant_id''::text, true), ''''::text))::uuid)))')
    or (p.relname = 'sessions' and runtime.rolname = 'parlance_tenant' and p.polcmd in ('r', 'w')
      and regexp_replace(text.expression, '\s+', ' ', 'g') = '(user_id IN ( SELECT memberships.user_id FROM memberships WHERE (memberships.tenant_id = (NULLIF(current_setting(''app.tenant_id''::text, true), ''''::text))::uuid)))')
    or (text.expression = 'true' and exists (select from across where name = p.relname and role = runtime.rolname))
  )

union all
select 'exception that nothing uses', format('%s for %s', name, role)
from across
where not exists (
  select from policies p
  join runtime on runtime.oid = any (p.polroles)
  where p.relname = name and runtime.rolname = role and 'true' in (p.qual, p.checked)
)

union all
select 'tenant_id missing or nullable', relname
from rel
where owned and (tenant is null or not tenant_required)

union all
select 'tenant_id in a table that belongs to no tenant', relname
from rel
where tenant is not null and not owned and not relispartition and not $1 -> 'mentions' ? relname

union all
select 'no primary key', relname
from rel
where not exists (select from pg_index i where i.indrelid = rel.oid and i.indisprimary)

union all
select 'index does not lead with tenant_id', i.indexrelid::regclass::text
from rel
join pg_index i on i.indrelid = rel.oid
where owned and i.indkey[0] <> coalesce(tenant, 0) and not $1 -> 'not_leading' ? i.indexrelid::regclass::text

union all
select 'foreign key does not pair tenant_id', format('%s.%s', f.relname, f.conname)
from foreign_keys f
join rel parent on parent.oid = f.confrelid and parent.owned
join rel child on child.oid = f.conrelid
where not exists (
  select from generate_subscripts(f.conkey, 1) as s
  where f.conkey[s] = child.tenant and f.confkey[s] = parent.tenant
)

union all
select 'foreign key without an index that it leads', format('%s.%s', f.relname, f.conname)
from foreign_keys f
where not exists (
  select from pg_index i
  where i.indrelid = f.conrelid
    and (i.indpred is null
      or exists (
        select from pg_attribute a
        where a.attrelid = i.indrelid
          and a.attnum = any (f.conkey)
          and pg_get_expr(i.indpred, i.indrelid) = format('(%I IS NOT NULL)', a.attname)))
    and (i.indkey::int2[])[0:cardinality(f.conkey) - 1] @> f.conkey
)

union all
select 'foreign key acts on delete or update', format('%s.%s', relname, conname)
from foreign_keys
where confdeltype <> 'a' or confupdtype <> 'a'

union all
select 'constraint not validated', format('%s.%s', rel.relname, c.conname)
from pg_constraint c
join rel on rel.oid = c.conrelid
where not c.convalidated

union all
select 'grant that row security does not see', format('%s on %s', privilege_type, relname)
from grants
where grantee <> relowner and privilege_type in ('TRUNCATE', 'REFERENCES', 'TRIGGER')

union all
select 'grant to somebody else, or to pass on', format('%s on %s', privilege_type, relname)
from grants
where grantee <> relowner
  and (is_grantable or not exists (select from runtime where oid = grantee) and grantee <> 'parlance_backup'::regrole)

union all
select 'backup may do more than read', format('%s on %s', privilege_type, relname)
from grants
where grantee = 'parlance_backup'::regrole and privilege_type <> 'SELECT'

union all
select 'grant on a partition', format('%s on %s', privilege_type, relname)
from grants
where relispartition and exists (select from runtime where oid = grantee)

union all
select 'grant on the table of migrations', privilege_type
from grants
where relname = '_sqlx_migrations' and exists (select from runtime where oid = grantee)

union all
select 'owner is not parlance_owner', relname
from pg_class
where relnamespace = 'public'::regnamespace and relowner <> 'parlance_owner'::regrole

union all
select 'role may do more than sign in', rolname
from pg_roles
where (oid in (select oid from runtime) or rolname = 'parlance_owner')
  and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication)

union all
select 'role is a member of another', format('%s of %s', member::regrole, roleid::regrole)
from pg_auth_members
where member in (select oid from runtime) or member in ('parlance_owner'::regrole, 'parlance_backup'::regrole)

union all
select 'relation that does not stand under its reader''s policies', relname
from pg_class
where relnamespace = 'public'::regnamespace
  and (relkind in ('m', 'f') or relkind = 'v' and not coalesce(reloptions, '{}') @> array['security_invoker=true'])

union all
select 'table outside the schema', oid::regclass::text
from pg_class
where relkind in ('r', 'p', 'v', 'm', 'f')
  and relnamespace not in ('public'::regnamespace, 'pg_catalog'::regnamespace, 'information_schema'::regnamespace, 'pg_toast'::regnamespace)

union all
select 'definer function not listed or without its search path', proname
from pg_proc
where pronamespace = 'public'::regnamespace
  and prosecdef
  and (not $1 -> 'definers' ? proname or not coalesce(proconfig, '{}') @> array['search_path=pg_catalog, pg_temp'])

union all
select 'function that public may run', proname
from pg_proc
cross join lateral aclexplode(coalesce(proacl, acldefault('f', proowner))) as x
where pronamespace = 'public'::regnamespace and x.grantee = 0

union all
select 'column read by another role', format('%s reads %s.%s', rolname, readers.name, readers."column")
from readers
join rel on rel.relname = readers.name
join pg_attribute a on a.attrelid = rel.oid and a.attname = readers."column"
cross join runtime
where has_column_privilege(runtime.oid, rel.oid, a.attnum, 'SELECT') and not readers.roles ? runtime.rolname

union all
select 'bytes whose readers are not listed', format('%s.%s', rel.relname, a.attname)
from rel
join pg_attribute a on a.attrelid = rel.oid and a.atttypid = 'bytea'::regtype and not a.attisdropped
where not rel.relispartition
  and not exists (select from readers where readers.name = rel.relname and readers."column" = a.attname)

union all
select 'listed column does not exist', format('%s.%s', readers.name, readers."column")
from readers
where not exists (
  select from rel
  join pg_attribute a on a.attrelid = rel.oid and a.attname = readers."column" and not a.attisdropped
  where rel.relname = readers.name
)

union all
select 'role may change a setting inside a statement', rolname
from runtime
where has_function_privilege(oid, 'pg_catalog.set_config(text, text, boolean)', 'EXECUTE')

union all
select 'role may create', rolname
from runtime
where has_schema_privilege(oid, 'public', 'CREATE')
  or has_database_privilege(oid, current_database(), 'CREATE')
  or has_database_privilege(oid, current_database(), 'TEMPORARY')

order by 1, 2

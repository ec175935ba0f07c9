-- Who joined through a link that was handed over, because mail is off, has not proven that the address is theirs: the
-- platform gives such a person a new password before it gives them anything else.
alter table users add column verified boolean not null default true;
grant select (verified), update (verified) on users to parlance_platform;
grant select (user_id), update (hash) on user_passwords to parlance_platform;

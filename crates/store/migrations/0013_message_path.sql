-- Defects of the message path: what waits for its time, what stops a number, what is kept of unknown messages.

-- A message written for later is no part of the queue until its time has come: claims don't read past it.
comment on column send_attempts.state is
  '0 planned, 1 claimed, 2 accepted, 3 rejected, 4 unknown, 5 not sent, 6 settled, 7 expired, 8 cancelled, 9 scheduled';
set local row_security = off;
alter table send_attempts no force row level security;
update send_attempts set state = 9 where state = 0 and wait = 'scheduled';
alter table send_attempts force row level security;
create index send_attempts_scheduled on send_attempts (not_before) where state = 9;

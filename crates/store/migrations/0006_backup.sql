-- A dump reads each partition and each sequence by itself: partitions of days to come are granted as they are made.
alter default privileges in schema public grant select on tables to parlance_backup;
alter default privileges in schema public grant select on sequences to parlance_backup;
grant select on all tables in schema public to parlance_backup;
grant select on all sequences in schema public to parlance_backup;

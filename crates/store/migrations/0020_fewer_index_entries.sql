-- Most messages have no file and no author of ours: what is null needs no entry.
drop index messages_media;
create index messages_media on messages (tenant_id, media_id) where media_id is not null;
drop index messages_author;
create index messages_author on messages (author_user_id) where author_user_id is not null;
drop index messages_author_key;
create index messages_author_key on messages (tenant_id, author_api_key_id) where author_api_key_id is not null;

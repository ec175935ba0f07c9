#!/usr/bin/env bash
# sqlx.sh check|update: compares or renews the committed query data (.sqlx) against a database with the current migrations.
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit
. scripts/setup.sh
. scripts/test-postgres.sh

mode=${1:-check}
case $mode in check | update) ;; *) die "usage: scripts/sqlx.sh check|update" ;; esac

need_rust
need_postgres
fresh=$(mktemp -d "$TARGET/sqlx.XXXXXX")
trap 'stop_test_postgres; rm -rf "$fresh"' EXIT
start_test_postgres
psql() { "$(postgres_bin)/psql" -X -q -v ON_ERROR_STOP=1 -h "$TEST_PG_DIR" -U postgres "$@"; }

psql -d postgres -c 'create database queries'
# The migrations grant to roles that `parlance migrate` makes; here they exist without a login.
{ grep -ohE '\bparlance_[a-z]+\b' crates/store/migrations/*.sql || true; } | sort -u | while read -r role; do
  psql -d postgres -c "create role \"$role\" nologin" 2>/dev/null || true
done
for migration in crates/store/migrations/*.sql; do
  psql -d queries -1 -f "$migration" >/dev/null || die "$migration does not run."
done

touch crates/store/src/lib.rs
SQLX_OFFLINE=false SQLX_OFFLINE_DIR=$fresh DATABASE_URL="postgres://postgres@localhost/queries?host=$TEST_PG_DIR" \
  cargo check --quiet --locked -p parlance-store

if [ "$mode" = update ]; then
  mkdir -p .sqlx
  find .sqlx -name 'query-*.json' -delete
  cp "$fresh"/query-*.json .sqlx/
  say "$(find .sqlx -name 'query-*.json' | wc -l) queries written to .sqlx."
elif ! diff -r "$fresh" .sqlx >&2; then
  die "the committed query data is not current: run scripts/sqlx.sh update and commit .sqlx."
fi

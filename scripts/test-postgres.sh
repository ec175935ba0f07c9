# Sourced after setup.sh: one throw-away PostgreSQL for tests (fsync off), ended with this shell however it ends.

TEST_PG_DIR=
TEST_PG_PID=

# Runs a program as the user that PostgreSQL accepts, and ends it when this shell ends.
# The death signal is set by a second setpriv, because a change of user clears it.
AS_POSTGRES=(setpriv --pdeathsig INT)
[ "$(id -u)" != 0 ] || AS_POSTGRES=(setpriv --reuid=postgres --regid=postgres --clear-groups "${AS_POSTGRES[@]}")

# Starts it and exports PARLANCE_TEST_PG, the superuser's URL.
start_test_postgres() {
  local bin waited=0
  bin=$(postgres_bin)
  TEST_PG_DIR=$(mktemp -d /tmp/parlance-test.XXXXXX)
  [ "$(id -u)" != 0 ] || chown postgres: "$TEST_PG_DIR"
  cd /
  "${AS_POSTGRES[@]}" "$bin/initdb" -D "$TEST_PG_DIR/data" -N -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-instructions \
    >"$TARGET/test-postgres.log" 2>&1 || die "initdb failed; see $TARGET/test-postgres.log"
  "${AS_POSTGRES[@]}" "$bin/postgres" -D "$TEST_PG_DIR/data" -k "$TEST_PG_DIR" -c listen_addresses= -c fsync=off \
    -c full_page_writes=off -c synchronous_commit=off -c max_connections=400 -c shared_buffers=256MB -c jit=off \
    -c max_wal_size=4GB >>"$TARGET/test-postgres.log" 2>&1 </dev/null &
  TEST_PG_PID=$!
  cd "$ROOT"
  until [ "$(sed -n '8s/ *$//p' "$TEST_PG_DIR/data/postmaster.pid" 2>/dev/null)" = ready ]; do
    kill -0 "$TEST_PG_PID" 2>/dev/null && [ $((waited += 1)) -lt 600 ] ||
      die "the test PostgreSQL did not start; see $TARGET/test-postgres.log"
    sleep 0.05
  done
  export PARLANCE_TEST_PG="postgres://postgres@localhost/postgres?host=$TEST_PG_DIR"
}

stop_test_postgres() {
  [ -z "$TEST_PG_PID" ] || { kill -QUIT "$TEST_PG_PID" && wait "$TEST_PG_PID"; } 2>/dev/null || true
  [ -z "$TEST_PG_DIR" ] || rm -rf "$TEST_PG_DIR"
  TEST_PG_PID= TEST_PG_DIR=
}

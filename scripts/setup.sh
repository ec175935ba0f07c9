# Sourced by ./run and ./test from the repository's root: what the machine needs, and set-up steps that are skipped
# while their inputs are unchanged.

set -euo pipefail

ROOT=$(pwd)
TARGET=${CARGO_TARGET_DIR:-$ROOT/target}
STAMPS=$TARGET/stamps
mkdir -p "$STAMPS"

# A closed standard input would hand its number to the next file that is opened.
{ : <&0; } 2>/dev/null || exec </dev/null

# Queries are checked against the committed query data, never against a database that happens to be in the environment.
export SQLX_OFFLINE=true
unset DATABASE_URL

say() { printf '%s\n' "$*" >&2; }
die() {
  say "error: $*"
  exit 1
}

# apt_need COMMAND-OR-FILE=PACKAGE…: installs the packages whose command or file is not there.
apt_need() {
  local want missing=()
  for want in "$@"; do
    command -v "${want%%=*}" >/dev/null 2>&1 || [ -e "${want%%=*}" ] || missing+=("${want#*=}")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    say "Installing ${missing[*]} (apt-get)…"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq </dev/null >&2 || say "apt-get update failed; trying with the lists that are there"
    apt-get install -y -qq --no-install-recommends "${missing[@]}" </dev/null >&2
  else
    say "Missing: ${missing[*]}. Install them with:"
    say "  sudo apt-get install -y ${missing[*]}"
    return 1
  fi
}

# True when version $1 is at least $2.
at_least() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$2" ]; }

need_rust() {
  command -v cargo >/dev/null || [ ! -x "$HOME/.cargo/bin/cargo" ] || PATH=$HOME/.cargo/bin:$PATH
  command -v cargo >/dev/null || die "Rust is not installed: get Rust 1.95 or newer from https://rustup.rs, then run this again."
  local version
  version=$(rustc --version | cut -d ' ' -f 2)
  at_least "$version" 1.95 || die "Rust $version is too old: run 'rustup update stable' (1.95 or newer is needed)."
  apt_need cc=gcc || die "a C compiler is needed to build (package gcc)."
}

need_node() {
  command -v node >/dev/null && command -v npm >/dev/null ||
    die "Node.js is not installed: get Node.js 20.19 or newer, with npm, from https://nodejs.org, then run this again."
  local version
  version=$(node --version)
  at_least "${version#v}" 20.19 || die "Node.js $version is too old: 20.19 or newer is needed."
}

postgres_bin() {
  if [ -n "${PG_BIN:-}" ]; then
    printf '%s\n' "$PG_BIN"
  else
    printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1
  fi
}

need_postgres() {
  [ -x "$(postgres_bin)/initdb" ] && return
  [ -z "${PG_BIN:-}" ] || die "PG_BIN=$PG_BIN holds no initdb: set it to the folder of PostgreSQL's programs, or unset it."
  apt_need /usr/lib/postgresql/none=postgresql || die "PostgreSQL is needed (its programs only; no server has to run)."
  [ -x "$(postgres_bin)/initdb" ] || die "PostgreSQL was installed, but there is no initdb in /usr/lib/postgresql/*/bin: set PG_BIN."
}

# lld links in half the time; without it the default linker does.
use_lld() {
  local config=.cargo/config.toml host
  [ ! -e "$config" ] || return 0
  apt_need ld.lld=lld || { say "(going on without lld: linking takes longer)"; return 0; }
  host=$(rustc -vV | sed -n 's/^host: //p')
  mkdir -p .cargo
  printf '[target.%s]\nrustflags = ["-C", "link-arg=-fuse-ld=lld"]\n' "$host" >"$config.new"
  mv "$config.new" "$config"
}

# Files below the given folders that belong to the source: tracked, or new and not ignored; nul-separated.
sources() {
  if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
    git ls-files -z -co --exclude-standard -- "$@"
  else
    find "$@" \( -name node_modules -o -name dist \) -prune -o -type f -print0 2>/dev/null || true
  fi
}

# stamp NAME COMMAND… <nul-separated list of files: runs the command unless the same command succeeded on the same files.
stamp() {
  local name=$1 sum
  shift
  sum=$({ printf '%s\n' "$*"; sort -zu | { grep -zv '^$' || true; } | xargs -0 -r sha256sum 2>/dev/null || true; } | sha256sum)
  [ "$(cat "$STAMPS/$name" 2>/dev/null)" != "$sum" ] || return 0
  rm -f "$STAMPS/$name"
  "$@" </dev/null || return
  printf '%s\n' "$sum" >"$STAMPS/$name"
}

install_web() {
  say "Installing the web packages (npm ci; about a minute)…"
  (cd web && npm ci --no-audit --no-fund --loglevel=error) >&2
}

build_web() {
  say "Building the web apps…"
  local log=$TARGET/web-build.log
  (cd web && npm run build) >"$log" 2>&1 || { cat "$log" >&2; return 1; }
}

# The web packages, and the built web apps; each only when its inputs changed.
web_packages() {
  [ -d web ] || return 0
  [ -d web/node_modules ] || rm -f "$STAMPS/web-packages"
  sources web/package-lock.json ':(glob)web/**/package.json' web/package.json 2>/dev/null |
    stamp web-packages install_web || die "the web packages could not be installed."
}

web() {
  [ -d web ] || return 0
  web_packages
  local app
  for app in web/apps/*/; do
    [ -e "$app/dist/index.html" ] || rm -f "$STAMPS/web-build"
  done
  sources web openapi | { grep -zv '^web/e2e/' || true; } | stamp web-build build_web || die "the web apps could not be built."
}

#!/usr/bin/env bash
# A private OpenStack Keystone from Debian's packages (python3-keystone, uwsgi-core, uwsgi-plugin-python3): its own
# folder, its own port of 127.0.0.1, SQLite, and an end. For the tests, for bench/, and to try rolecall by hand.
#
#   keystone.sh start    makes the folder on first use, starts the server, waits until it answers
#   keystone.sh stop     ends the server of this folder, by its pid
#   keystone.sh save     remembers how it is now
#   keystone.sh back     puts it back as it was then, also while it runs
#   keystone.sh reset    puts it back as it was made
#   keystone.sh env      prints the OS_* variables of its administrator
#   keystone.sh wipe     stops it and removes the folder
#
# Settings, by environment: KEYSTONE_STATE (folder), KEYSTONE_PORT, KEYSTONE_PASSWORD, KEYSTONE_WORKERS,
# KEYSTONE_ROUNDS (of bcrypt), KEYSTONE_LIST_LIMIT, KEYSTONE_EXTRA_CONF (a file with further sections).
#
# One worker that keeps in its memory what it knows, as a cloud does with memcached, answers four times as fast as one
# that asks the database some sixty times a call. Several workers would each remember their own, so they have no memory.
set -euo pipefail

state=${KEYSTONE_STATE:-${TMPDIR:-/tmp}/rolecall-keystone}
port=${KEYSTONE_PORT:-35357}
password=${KEYSTONE_PASSWORD:-canary/5ecret}
workers=${KEYSTONE_WORKERS:-1}
url="http://127.0.0.1:$port/v3"
conf="$state/keystone.conf"
pidfile="$state/uwsgi.pid"
# a Python of the caller's own must not reach Debian's
unset PYTHONHOME PYTHONPATH

fail() {
  echo "keystone.sh: $*" >&2
  exit 1
}

# the pid of this folder's server; a number that was given to another process since does not have our file among its arguments
running() {
  [ -s "$pidfile" ] || return 1
  local pid
  pid=$(<"$pidfile")
  tr '\0' '\n' <"/proc/$pid/cmdline" 2>/dev/null | grep -qxF -- "$pidfile" && echo "$pid"
}

answers() {
  curl -fsS -o /dev/null --noproxy '*' --max-time 5 "$url" 2>/dev/null
}

configure() {
  {
    echo "[DEFAULT]"
    echo "log_file = $state/keystone.log"
    [ -z "${KEYSTONE_LIST_LIMIT:-}" ] || echo "list_limit = $KEYSTONE_LIST_LIMIT"
    echo "[database]"
    # a writer waits for another one, however slow the machine is
    echo "connection = sqlite:///$state/keystone.db?timeout=60"
    echo "sqlite_synchronous = false"
    if [ "$workers" = 1 ]; then printf '%s\n' "[cache]" "enabled = true" "backend = dogpile.cache.memory"; fi
    echo "[fernet_tokens]"
    echo "key_repository = $state/tokens"
    echo "[fernet_receipts]"
    echo "key_repository = $state/tokens"
    echo "[credential]"
    echo "key_repository = $state/credentials"
    echo "[identity]"
    echo "password_hash_rounds = ${KEYSTONE_ROUNDS:-4}"
    [ -z "${KEYSTONE_EXTRA_CONF:-}" ] || cat "$KEYSTONE_EXTRA_CONF"
  } >"$conf"
}

manage() {
  /usr/bin/keystone-manage --config-file "$conf" "$@" >>"$state/manage.log" 2>&1 ||
    fail "keystone-manage $1 failed, see $state/manage.log"
}

make() {
  local me=(--keystone-user "$(id -un)" --keystone-group "$(id -gn)")
  manage db_sync
  manage fernet_setup "${me[@]}"
  manage credential_setup "${me[@]}"
  # readers beside a writer: without it, SQLite says "database is locked"
  python 'sqlite3.connect(sys.argv[1]).execute("PRAGMA journal_mode=WAL")' "$state/keystone.db"
  # arguments are seen by everybody, the environment is not
  OS_BOOTSTRAP_PASSWORD="$password" manage bootstrap --bootstrap-username admin --bootstrap-project-name admin \
    --bootstrap-role-name admin --bootstrap-service-name keystone --bootstrap-region-id RegionOne \
    --bootstrap-public-url "$url" --bootstrap-internal-url "$url" --bootstrap-admin-url "$url"
  copy keystone made
}

python() {
  /usr/bin/python3 -c "import sqlite3, sys; $1" "${@:2}"
}

# a whole database into another, in one transaction: whoever has it open sees the new content
copy() {
  python 'sqlite3.connect(sys.argv[1]).backup(sqlite3.connect(sys.argv[2], timeout=30))' "$state/$1.db" "$state/$2.db"
}

# Keystone, but that what it remembers is forgotten once another state was put under it.
application() {
  cat >"$state/app.py" <<'END'
import gc, os
from dogpile.cache.backends.memory import MemoryBackend
from keystone.server.wsgi import initialize_public_application

keystone = initialize_public_application()
mark = os.path.join(os.environ["OS_KEYSTONE_CONFIG_DIR"], "put-back")
seen = None


def application(environ, start_response):
    global seen
    now = os.stat(mark).st_mtime_ns
    if now != seen:
        seen = now
        for each in gc.get_objects():
            if isinstance(each, MemoryBackend):
                each._cache.clear()
    return keystone(environ, start_response)
END
  touch "$state/put-back"
}

start() {
  [ -x /usr/bin/keystone-manage ] || fail "no /usr/bin/keystone-manage; install the package python3-keystone"
  [ -e /usr/lib/uwsgi/plugins/python3_plugin.so ] || fail "no uwsgi for Python; install the packages uwsgi-core and uwsgi-plugin-python3"
  mkdir -p "$state"
  chmod 700 "$state"
  if running >/dev/null; then return; fi
  if answers; then fail "something else answers on port $port"; fi
  configure
  application
  [ -e "$state/made.db" ] || make
  # A connection for each request: a worker would sit on one that is kept alive while the others wait.
  OS_KEYSTONE_CONFIG_DIR="$state" OS_KEYSTONE_CONFIG_FILES=keystone.conf /usr/bin/uwsgi --plugin python3 --master \
    --processes "$workers" --need-app --single-interpreter --http-socket "127.0.0.1:$port" \
    --add-header "Connection: close" --wsgi-file "$state/app.py" --buffer-size 65535 \
    --post-buffering 65536 --max-fd 1024 --socket-timeout 60 --die-on-term --listen 100 --pidfile "$pidfile" \
    --daemonize2 "$state/uwsgi.log" >/dev/null 2>&1 || fail "uwsgi did not start, see $state/uwsgi.log"
  for _ in $(seq 150); do
    if answers; then return; fi
    sleep 0.2
  done
  fail "no answer from $url, see $state/uwsgi.log"
}

stop() {
  local pid
  pid=$(running) || return 0
  kill -TERM "$pid"
  for _ in $(seq 100); do
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
  done
  if kill -0 "$pid" 2>/dev/null; then kill -KILL "$pid"; fi
  rm -f "$pidfile"
}

case "${1:-}" in
start) start ;;
stop) stop ;;
save) copy keystone saved ;;
back) copy saved keystone && touch "$state/put-back" ;;
reset) copy made keystone && touch "$state/put-back" ;;
env)
  printf 'export OS_AUTH_URL=%q OS_USERNAME=admin OS_PASSWORD=%q OS_PROJECT_NAME=admin\n' "$url" "$password"
  echo 'export OS_USER_DOMAIN_NAME=Default OS_PROJECT_DOMAIN_NAME=Default OS_IDENTITY_API_VERSION=3'
  ;;
wipe)
  # only a folder that this script made
  [ ! -e "$state" ] || [ -e "$conf" ] || fail "$state was not made by this script"
  stop
  rm -rf -- "$state"
  ;;
*)
  echo "usage: keystone.sh start|stop|save|back|reset|env|wipe" >&2
  exit 64
  ;;
esac

# Starts a private Postgres in a temporary folder, prints the folder of its socket, and ends it when standard input
# closes, which it does however the tests end. Runs as an ordinary user: Postgres refuses to be root.
set -eu
umask 077
bin=
for candidate in $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -rV) "$(dirname "$(readlink -f "$(command -v initdb)")")"; do
    if [ -x "$candidate/initdb" ] && [ -x "$candidate/postgres" ] && [ -x "$candidate/pg_isready" ]; then
        bin=$candidate
        break
    fi
done
if [ -z "$bin" ]; then
    echo "Postgres is not installed: \`make test\` installs it, or do so with \`apt-get install postgresql\`"
    exit 3
fi
folder=$(mktemp -d /tmp/lectern-postgres-XXXXXX)
trap 'rm -rf "$folder"' EXIT
"$bin/initdb" -D "$folder/data" -U lectern -A trust -E UTF8 --locale=C --no-sync >"$folder/log" 2>&1 || {
    echo "initdb failed: $(tail -n 1 "$folder/log")"
    exit 1
}
# No port: the socket lies in a folder that nobody else can enter. No fsync: nothing here outlives the tests.
"$bin/postgres" -D "$folder/data" -k "$folder" -c listen_addresses= -c fsync=off -c full_page_writes=off \
    -c max_connections=300 >>"$folder/log" 2>&1 </dev/null &
server=$!
tries=0
until "$bin/pg_isready" -q -h "$folder"; do
    tries=$((tries + 1))
    if [ "$tries" -gt 600 ] || ! kill -0 "$server"; then
        echo "Postgres did not start: $(tail -n 1 "$folder/log")"
        kill -QUIT "$server" || true
        exit 1
    fi
    sleep 0.1
done
echo "ready $folder"
cat >/dev/null
kill -QUIT "$server"
wait "$server" || true

#!/usr/bin/env bash
# OpenStack Swift with its S3 API from Debian, on loopback. The access key is `tin:type`, the region us-east-1.
#   start-swift.sh DIR PORT SECRET_KEY FOUR_OTHER_PORTS…
# Says `ready` when it answers; if it ends before, the last lines of each log. Ends with the process that started it, which has to start it in a process group of its own.
set -euo pipefail
D=$1 PORT=$2 SECRET=$3 PORTS=("${@:4}")
mkdir -p "$D"/etc "$D"/dev/d1
cd "$D/etc"
# Swift's servers leave the group.
SERVERS=()
READY=''
trap '[ -n "$READY" ] || tail -n 5 "$D"/*.log >&2; kill -KILL "${SERVERS[@]}" 0' EXIT
trap exit TERM
U=$(id -un)
printf '[swift-hash]\nswift_hash_path_suffix = t\nswift_hash_path_prefix = t\n[storage-policy:0]\nname = p0\ndefault = yes\n' > swift.conf
i=0
for s in object container account; do
  port=${PORTS[i]}; i=$((i+1)); rm -f $s.builder $s.ring.gz
  swift-ring-builder $s.builder create 4 1 1 >/dev/null
  swift-ring-builder $s.builder add r1z1-127.0.0.1:$port/d1 1 >/dev/null
  swift-ring-builder $s.builder rebalance >/dev/null
  cat > $s.conf <<C
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = $port
workers = 0
user = $U
swift_dir = $D/etc
devices = $D/dev
mount_check = false
log_level = WARNING
[pipeline:main]
pipeline = $s-server
[app:$s-server]
use = egg:swift#$s
C
done
cat > proxy.conf <<C
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = $PORT
workers = 0
user = $U
swift_dir = $D/etc
log_level = WARNING
[pipeline:main]
pipeline = catch_errors gatekeeper healthcheck cache listing_formats bulk s3api tempauth slo copy proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
allow_account_management = true
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:gatekeeper]
use = egg:swift#gatekeeper
[filter:healthcheck]
use = egg:swift#healthcheck
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:${PORTS[3]}
[filter:listing_formats]
use = egg:swift#listing_formats
[filter:bulk]
use = egg:swift#bulk
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
[filter:tempauth]
use = egg:swift#tempauth
user_tin_type = $SECRET .admin
[filter:slo]
use = egg:swift#slo
[filter:copy]
use = egg:swift#copy
C
memcached -l 127.0.0.1 -p "${PORTS[3]}" -u "$U" -m 32 > "$D/memcached.log" 2>&1 & SERVERS+=($!)
start() { "swift-$1-server" "$1.conf" > "$D/$1.log" 2>&1 & SERVERS+=($!); }
# Ends at once if a server has ended, for example because another process took its port.
pause() { for pid in "${SERVERS[@]}"; do kill -0 "$pid" || exit 1; done; sleep 0.1; }
for x in account container object; do start "$x"; done
# The proxy does not ask a server again for a minute after it was not there.
for port in "${PORTS[@]}"; do until (: < "/dev/tcp/127.0.0.1/$port") 2> /dev/null; do pause; done; done
start proxy
until curl -sf "http://127.0.0.1:$PORT/healthcheck" > /dev/null; do pause; done
READY=yes
echo ready
while kill -0 "$PPID" 2> /dev/null; do sleep 1 & wait $!; done

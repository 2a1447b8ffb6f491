#!/usr/bin/env bash
# Ceph's S3 server from Debian, on loopback: one monitor, one manager, one store in memory, and radosgw.
#   start-rgw.sh DIR PORT MONITOR_PORT ACCESS_KEY SECRET_KEY
# Says `ready` when it answers; if it ends before, the last lines of each log. Ends with the process that started it, which has to start it in a process group of its own.
set -euo pipefail
D=$1 PORT=$2 MONITOR=$3 ACCESS=$4 SECRET=$5
mkdir -p "$D" && cd "$D"
READY=''
trap '[ -n "$READY" ] || tail -n 5 "$D"/log/*.out >&2; kill -KILL 0' EXIT
trap exit TERM
FSID=$(cat /proc/sys/kernel/random/uuid)
mkdir -p mon mgr osd/0 rgw run log
cat > ceph.conf <<C
[global]
fsid = $FSID
mon host = v2:127.0.0.1:$MONITOR
public addr = 127.0.0.1
cluster addr = 127.0.0.1
public network = 127.0.0.0/8
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
osd pool default pgp num = 4
osd pool default pg autoscale mode = off
mon allow pool size one = true
mon allow pool delete = true
mon max pg per osd = 1000
mon warn on pool no redundancy = false
osd crush chooseleaf type = 0
run dir = $D/run
admin socket = $D/run/\$name.asok
pid file = $D/run/\$name.pid
log file = $D/log/\$name.log
mon data = $D/mon/a
osd data = $D/osd/0
osd keyring = $D/keyring
mgr data = $D/mgr/x
osd objectstore = memstore
memstore device bytes = 2147483648
ms bind ipv6 = false
mon pg warn min per osd = 0
mon data avail warn = 1
mon data avail crit = 1
keyring = $D/keyring
mgr initial modules =
osd class load list = *
osd class default list = *
[client.rgw]
rgw frontends = beast endpoint=127.0.0.1:$PORT
rgw enable apis = s3, admin
rgw thread pool size = 32
rgw run sync thread = false
C
ceph-authtool -C keyring -n mon. --gen-key --cap mon 'allow *' >/dev/null
ceph-authtool keyring -n client.admin --gen-key --cap mon 'allow *' --cap osd 'allow *' --cap mgr 'allow *' >/dev/null
ceph-authtool keyring -n client.rgw --gen-key --cap mon 'allow *' --cap osd 'allow *' >/dev/null
ceph-authtool keyring -n osd.0 --gen-key --cap mon 'allow *' --cap osd 'allow *' --cap mgr 'allow *' >/dev/null
ceph-authtool keyring -n mgr.x --gen-key --cap mon 'allow *' --cap osd 'allow *' >/dev/null
monmaptool --create --fsid $FSID --addv a "[v2:127.0.0.1:$MONITOR]" monmap >/dev/null
ceph-mon -c ceph.conf --mkfs -i a --monmap monmap --keyring keyring
ceph-mon -c ceph.conf -i a -f > log/mon.out 2>&1 &
until timeout 5 ceph -c ceph.conf --connect-timeout 1 -s > /dev/null 2>&1; do sleep 0.2; done
ceph-mgr -c ceph.conf -i x -f > log/mgr.out 2>&1 &
OSD=$(cat /proc/sys/kernel/random/uuid)
timeout 20 ceph -c ceph.conf osd new "$OSD" > /dev/null
ceph-osd -c ceph.conf -i 0 --mkfs --osd-uuid "$OSD" > log/mkfs.out 2>&1
ceph-osd -c ceph.conf -i 0 -f > log/osd.out 2>&1 &
radosgw -c ceph.conf -n client.rgw -f > log/rgw.out 2>&1 &
until curl -s -o /dev/null "http://127.0.0.1:$PORT/"; do sleep 0.2; done
timeout 60 radosgw-admin -c ceph.conf -n client.rgw user create --uid tintype --display-name tintype \
  --access-key "$ACCESS" --secret-key "$SECRET" > /dev/null 2>&1
READY=yes
echo ready
while kill -0 "$PPID" 2> /dev/null; do sleep 1 & wait $!; done

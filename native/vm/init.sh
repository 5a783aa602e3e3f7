#!/bin/sh
# The machine's first and only process: sets Wine up, runs /job/job.sh, switches the machine off.
export PATH=/usr/lib/wine:/usr/bin:/bin:/usr/sbin:/sbin
export HOME=/root USER=root LC_ALL=C.UTF-8 WINEDEBUG=-all
export WINEDLLOVERRIDES='mscoree=;mshtml=;winemenubuilder.exe='
exec </dev/console >/dev/console 2>&1
mount -t tmpfs tmpfs /tmp
if [ ! -e /root/.wine/made ]; then
    wine64 wineboot -i
    wineserver64 -w
    : >/root/.wine/made
fi
# one server for all of the job: starting it takes longer than most programs
wineserver64 -p
echo
echo 'JOB BEGINS'
sh /job/job.sh
echo "JOB ENDS $?"
wineserver64 -k
sync
mount -o remount,ro /
echo o >/proc/sysrq-trigger
sleep 20

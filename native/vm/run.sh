#!/bin/sh
# run.sh FOLDER JOB SECONDS: starts the machine that make.sh made in FOLDER, with the content of the folder JOB on its
# second disk, and runs JOB/job.sh there with `wine64` on the PATH. What the job says comes out between two lines, `JOB
# BEGINS` and `JOB ENDS` with its exit code. The first start also makes Wine's own folders, and takes a minute.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cp "$here/init.sh" "$2/init.sh"
chmod +x "$2/init.sh"
disk=$2.ext4
rm -f "$disk"
truncate -s 64M "$disk"
mke2fs -q -F -t ext4 -d "$2" "$disk"
exec timeout -k 5 "$3" qemu-system-aarch64 \
    -M virt -cpu neoverse-n1 -accel tcg,thread=multi -smp 2 -m 3G \
    -no-reboot -nographic -nodefaults -serial stdio -monitor none -net none \
    -kernel "$1/vmlinuz" -initrd "$1/initrd.gz" -append "console=ttyAMA0 quiet loglevel=3 panic=5" \
    -drive "file=$1/disk.ext4,if=none,format=raw,id=system,cache=unsafe" -device virtio-blk-pci,drive=system \
    -drive "file=$disk,if=none,format=raw,id=job,cache=unsafe" -device virtio-blk-pci,drive=job </dev/null

#!/bin/sh
# make.sh FOLDER: an ARM64 machine for qemu-system-aarch64 from Debian packages: Debian 13 with its Wine, on a disk image.
#
# Needs no root of the host beyond what mmdebstrap wants, no KVM, no binfmt_misc, no loop device: packages are only
# unpacked, nothing foreign runs here. About a minute, and 1.5 GB of room.
#   apt-get install --no-install-recommends qemu-system-arm mmdebstrap cpio e2fsprogs xz-utils
set -eu
release=trixie
mirror=${MIRROR:-$(apt-get indextargets --format '$(SITE)' | grep -v security | head -n 1)}
mkdir -p "$1"
cd "$1"
rm -rf system kernel first disk.ext4

unpack() { # FOLDER PACKAGES
    mmdebstrap --quiet --arch=arm64 --variant=extract --components=main --include="$2" "$release" "$1" "$mirror"
}
# base-files has the folders that everything else is mounted on
unpack system base-files,busybox-static,coreutils,dash,grep,libc-bin,mount,util-linux,wine64
# a tree of its own: the kernel's dependencies are tools that nothing here uses
unpack kernel linux-image-cloud-arm64
cp kernel/boot/vmlinuz-* vmlinuz

# the first root: loads the one driver that is not in the kernel, mounts both disks, and hands over
mkdir -p first/bin first/dev first/mnt first/proc first/sys
cp system/usr/bin/busybox first/bin/
xz -dc "$(find kernel -name virtio_blk.ko.xz)" >first/virtio_blk.ko
cat >first/init <<'END'
#!/bin/busybox sh
b=/bin/busybox
$b mount -t proc proc /proc
$b mount -t sysfs sysfs /sys
$b mount -t devtmpfs devtmpfs /dev
$b insmod /virtio_blk.ko
$b mount -t ext4 -o rw,noatime /dev/vda /mnt
$b mount -t ext4 -o rw,noatime /dev/vdb /mnt/job
for folder in proc sys dev; do $b mount --move /$folder /mnt/$folder; done
exec $b switch_root /mnt /job/init.sh
END
chmod +x first/init
(cd first && find . | LC_ALL=C sort | cpio -o -H newc --quiet | gzip -1) >initrd.gz

mkdir -p system/job
rm -rf system/usr/share/doc system/usr/share/locale system/usr/share/man system/usr/share/icons
truncate -s 3G disk.part
mke2fs -q -F -t ext4 -d system disk.part
rm -rf system kernel first
# last: the machine is there when its disk is
mv disk.part disk.ext4

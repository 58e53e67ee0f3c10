#!/bin/sh
# npm run setup: the system packages that the tests use and a bare Debian lacks, and the ordinary user that runs Electron
# in its sandbox. As root on Debian it installs them; anywhere else it says exactly what is missing and what to type.
set -eu

PACKAGES='chromium fontconfig fonts-noto-cjk socat strace xvfb xauth util-linux postgresql libfaketime e2fsprogs
cups cups-client cups-filters cups-ipp-utils dbus pcscd vsmartcard-vpcd sane-utils sane-airscan openssl curl
libnss3 libatk1.0-0 libatk-bridge2.0-0 libcups2 libgtk-3-0 libgbm1 libasound2 libxss1
libudev1 libusb-1.0-0 espeak-ng fonts-noto-core'
# --guest: for test/guest, which boots a kernel in QEMU. The kernel itself is not installed, only unpacked.
GUEST_PACKAGES='qemu-system-x86 busybox-static'
GUEST_KERNEL=$(dirname "$0")/../../.bianmin/guest/kernel
KIOSK_USER=kiosk

usage() {
  cat <<'TEXT'
Usage: npm run setup -- [--dry-run] [--guest]
Installs what the tests use: Chromium, a Chinese font, socat, strace, Xvfb, libfaketime, e2fsprogs, PostgreSQL (no cluster made),
CUPS with ippeveprinter, pcscd with vpcd's virtual reader, scanimage with sane-airscan, openssl, espeak-ng, fonts of Uyghur and Tibetan, the libraries of Electron and of
node-hid, and the ordinary user "kiosk" that runs Electron with its sandbox on.
  --dry-run   only say what is missing; exit code 1 when something is
  --guest     also QEMU, busybox and a Debian kernel (unpacked into .bianmin/guest, 70 MB to download), for npm run guest
Needs root on Debian. Elsewhere it prints the packages and the command to type, exit code 1 when something is missing.
TEXT
}

dry_run=
guest=
for argument in "$@"; do
  case $argument in
    --dry-run) dry_run=yes ;;
    --guest) guest=yes ;;
    --help | -h) usage; exit 0 ;;
    *) echo "setup: unknown argument $argument" >&2; usage >&2; exit 64 ;;
  esac
done

installed() {
  # Newer Debian releases append t64 to libraries that changed to 64-bit time.
  for name in "$1" "$1t64"; do
    case $(dpkg-query -W -f '${Status}' "$name" 2>/dev/null || true) in
      'install ok installed') return 0 ;;
    esac
  done
  return 1
}

is_debian() { command -v dpkg-query >/dev/null 2>&1 && command -v apt-get >/dev/null 2>&1; }

if ! is_debian; then
  missing=
  for command in chromium socat strace Xvfb xvfb-run xauth fc-list; do
    command -v "$command" >/dev/null 2>&1 || missing="$missing $command"
  done
  if [ -z "$missing" ]; then
    echo 'setup: not a Debian, but the commands that the tests call are all here'
    exit 0
  fi
  echo "setup: not a Debian: install what provides these commands with your own package manager:$missing"
  echo 'setup: also a Chinese font (for instance Noto Sans CJK) and PostgreSQL 15 or newer'
  exit 1
fi

need_kernel=
if [ -n "$guest" ]; then
  PACKAGES="$PACKAGES $GUEST_PACKAGES"
  ls "$GUEST_KERNEL"/boot/vmlinuz-* >/dev/null 2>&1 || need_kernel=yes
fi
missing=
for package in $PACKAGES; do
  installed "$package" || missing="$missing $package"
done
need_user=
id "$KIOSK_USER" >/dev/null 2>&1 || need_user=yes

# The binary of the electron package, when npm could download it, needs its sandbox helper to be root's.
sandbox_helper=$(dirname "$0")/../../node_modules/electron/dist/chrome-sandbox
need_helper=
if [ -e "$sandbox_helper" ] && [ ! -u "$sandbox_helper" ]; then need_helper=yes; fi

if [ -z "$missing$need_user$need_helper$need_kernel" ]; then
  echo 'setup: everything is there'
  exit 0
fi

as_root() {
  [ -z "$missing" ] || echo "apt-get update && apt-get install -y --no-install-recommends$missing"
  [ -z "$need_user" ] || echo "useradd --create-home $KIOSK_USER"
  [ -z "$need_helper" ] || echo "chown root:root $sandbox_helper && chmod 4755 $sandbox_helper"
  [ -z "$need_kernel" ] || echo "npm run setup -- --guest   # needs no root for the kernel alone"
}

[ -z "$missing" ] || echo "setup: missing packages:$missing"
[ -z "$need_user" ] || echo "setup: missing user: $KIOSK_USER"
[ -z "$need_helper" ] || echo "setup: the sandbox helper of Electron does not belong to root"
[ -z "$need_kernel" ] || echo "setup: missing: a kernel for the guest"

# The newest kernel of this Debian and its HID modules, out of its package.
unpack_kernel() {
  kernel=$(apt-cache depends linux-image-amd64 | sed -n 's/^ *Depends: \(linux-image-[^ ]*\)$/\1/p' | head -n 1)
  [ -n "$kernel" ] || { echo 'setup: no package linux-image-amd64 is known here' >&2; exit 1; }
  echo "setup: downloading $kernel"
  folder=$(mktemp -d)
  # Root lets an own user download.
  [ "$(id -u)" != 0 ] || chown _apt "$folder" 2>/dev/null || true
  (cd "$folder" && apt-get download -qq "$kernel" && dpkg-deb -x ./*.deb unpacked) \
    || { rm -rf "$folder"; echo 'setup: the kernel could not be had' >&2; exit 1; }
  rm -rf "$GUEST_KERNEL"
  mkdir -p "$GUEST_KERNEL/boot"
  for modules in "$folder"/unpacked/lib/modules/* "$folder"/unpacked/usr/lib/modules/*; do
    [ -d "$modules/kernel/drivers/hid" ] || continue
    mkdir -p "$GUEST_KERNEL/lib/modules/$(basename "$modules")/kernel/drivers"
    cp -r "$modules/kernel/drivers/hid" "$GUEST_KERNEL/lib/modules/$(basename "$modules")/kernel/drivers/"
  done
  cp "$folder"/unpacked/boot/vmlinuz-* "$GUEST_KERNEL/boot/"
  rm -rf "$folder"
}

if [ -z "$missing$need_user$need_helper$dry_run" ]; then
  unpack_kernel
  echo 'setup: done'
  exit 0
fi
if [ -n "$dry_run" ] || [ "$(id -u)" != 0 ]; then
  echo 'setup: as root, type:'
  as_root | sed 's/^/  /'
  exit 1
fi

if [ -n "$missing" ]; then
  log=$(mktemp)
  trap 'rm -f "$log"' EXIT
  export DEBIAN_FRONTEND=noninteractive
  case $missing in
    *postgresql*)
      # Read by postgresql-common when it is installed: tests start servers of their own, so no cluster is made or run.
      mkdir -p /etc/postgresql-common/createcluster.d
      echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.d/bianmin.conf
      ;;
  esac
  echo 'setup: apt-get update'
  apt-get update -qq >"$log" 2>&1 || { cat "$log" >&2; echo 'setup: apt-get update failed' >&2; exit 1; }
  names=
  for package in $missing; do
    if apt-cache show "${package}t64" >/dev/null 2>&1; then package=${package}t64; fi
    names="$names $package"
  done
  echo "setup: apt-get install$names"
  # Word splitting is meant: one argument a package.
  # shellcheck disable=SC2086
  apt-get install -y -qq --no-install-recommends $names >"$log" 2>&1 \
    || { cat "$log" >&2; echo 'setup: apt-get install failed' >&2; exit 1; }
fi
[ -z "$need_user" ] || useradd --create-home "$KIOSK_USER"
[ -z "$need_kernel" ] || unpack_kernel
[ -z "$need_helper" ] || { chown root:root "$sandbox_helper" && chmod 4755 "$sandbox_helper"; }

for package in $missing; do
  installed "$package" || { echo "setup: $package is still not installed" >&2; exit 1; }
done
echo 'setup: done'

#!/bin/sh
# make/debian.sh COMMAND:PACKAGE...: install the packages whose command is absent, where this user may (root, or sudo
# without a question). What stays absent is named, and the exit code is 1.
set -u
export DEBIAN_FRONTEND=noninteractive

present() {
    PATH="$PATH:/usr/sbin:/sbin" command -v "$1" >/dev/null 2>&1 && return
    set -- /usr/lib/postgresql/*/bin/"$1"
    [ -x "$1" ]
}

absent=
for pair in "$@"; do
    present "${pair%%:*}" || absent="$absent ${pair#*:}"
done
[ -n "$absent" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1; then
    become=
    why="this is not Debian or Ubuntu"
elif [ "$(id -u)" -eq 0 ]; then
    become=env
elif sudo -n true 2>/dev/null; then
    become="sudo -n env DEBIAN_FRONTEND=noninteractive"
else
    become=
    why="installing them needs root, or sudo without a question"
fi
if [ -z "$become" ]; then
    echo "Not installed:$absent ($why)." >&2
    exit 1
fi

install() {
    $become apt-get install -y -qq --no-install-recommends "$@" >/dev/null 2>&1
}

echo "Installing$absent" >&2
$become apt-get update -qq >/dev/null 2>&1
# shellcheck disable=SC2086  # the names are separate words
install $absent && exit 0
missing=
for package in $absent; do
    install "$package" || missing="$missing $package"
done
[ -z "$missing" ] || echo "Not installed:$missing (apt-get refused)." >&2
[ -z "$missing" ]

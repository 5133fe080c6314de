#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Unpacks the sources of the runtime's C libraries below OUT: from Debian's source packages of trixie, through the mirror that this
# machine's own apt configuration names, with package lists of our own so that nothing of the machine changes.
#
# usage: fetch.sh OUT
set -eu
out=$1
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$out/lists/partial" "$out/etc" "$out/cache/archives/partial"
cd "$out"

# The mirror: the first URI of the machine's Debian sources that ends in /debian.
mirror=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources 2>/dev/null |
  sed -n -e 's/^URIs:[[:space:]]*\([^[:space:]]*\).*/\1/p' -e 's/^deb\(-src\)\{0,1\}[[:space:]]\(\[[^]]*\][[:space:]]*\)\{0,1\}\([^[:space:]]*\).*/\3/p' |
  sed 's,/*$,,' | grep '/debian$' | head -n 1)
[ -n "$mirror" ] || { echo "fetch.sh: no Debian mirror in this machine's apt sources; give unpacked sources with -DWHITTLE_SOURCES=DIR" >&2; exit 2; }
printf 'deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s trixie main\n' "$mirror" > etc/sources.list
apt="-o Dir::Etc::SourceList=$out/etc/sources.list -o Dir::Etc::SourceParts=/dev/null -o Dir::State::Lists=$out/lists
     -o Dir::Cache=$out/cache -o APT::Sandbox::User=root -o Acquire::Retries=3"
apt-get $apt -qq update

grep -v '^#' "$here/versions.txt" | while read -r name version package package_version; do
  [ -e "$name/.complete" ] && continue
  rm -rf "$name" "work-$name" && mkdir "work-$name"
  # With Debian's patches where the mirror has them; the pristine archive alone where it does not.
  if (cd "work-$name" && apt-get $apt -qq source "$package") >"work-$name.log" 2>&1; then
    mv "work-$name"/*/ "$name"
  elif (cd "work-$name" && apt-get $apt -qq source --tar-only "$package") >>"work-$name.log" 2>&1; then
    mkdir "$name" && tar -xf "work-$name"/*.orig.tar.* -C "$name" --strip-components=1
  else
    cat "work-$name.log" >&2
    echo "fetch.sh: the source package $package could not be had" >&2
    exit 2
  fi
  rm -rf "work-$name" "work-$name.log"
  touch "$name/.complete"
done

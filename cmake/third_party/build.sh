#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Builds the runtime's C libraries as static archives for one target.
#
# usage: build.sh TARGET SOURCES OUT LLVM
#   TARGET   x86_64 or aarch64 (for musl), or host (for this machine's libc, without musl: for the tests)
#   SOURCES  folder with the libraries of versions.txt unpacked
#   OUT      gets include/, lib/ and sources.txt (what that was built from), whole or not at all. What is there already is kept;
#            two builds at a time take turns
#
# Everything but curl is compiled straight from its list of files; curl is asked by its own build which functions the libc has.
set -eu
target=$1 sources=$2 final=$3 llvm=$4
out=$final.part  # moved into place when whole
here=$(cd "$(dirname "$0")" && pwd)
clang=$llvm/bin/clang ar=$llvm/bin/llvm-ar
jobs=$(nproc)
work=$out/work
mkdir -p "$(dirname "$final")"
exec 9>"$final.lock"
flock 9
[ ! -e "$final/.complete" ] || exit 0
trap 'rm -rf "$out"' EXIT
rm -rf "$out"
mkdir -p "$out/include" "$out/lib" "$work"

# The versions that whittle was tried with; another one is an error, not a surprise later.
grep '^[^#]' "$here/versions.txt" | while read -r name version states made archive sha256 licence; do
  grep -qwF "$version" "$sources/$name/$states" 2>/dev/null || { echo "build.sh: $sources/$name is not $name $version, which versions.txt pins ($states says otherwise)" >&2; exit 2; }
done
version() { sed -n "s/^$1 *\([^ ]*\).*/\1/p" "$here/versions.txt"; }

# installed NAME FILE LICENCE: says that what the file holds came with a package of this machine.
installed() {
  package=$(dpkg-query -S "$2" "$(readlink -f "$2")" 2>/dev/null | sed -n '1s/:.*//p') || true
  echo "$1 $(dpkg-query -W -f='${Version}' "$package" 2>/dev/null || echo unknown) installed ${package:--} - $3" >> "$out/sources.txt"
}

if [ -e "$sources/sources.txt" ]; then
  cp "$sources/sources.txt" "$out/sources.txt"
else
  echo "# name version revision source SHA-256 licence" > "$out/sources.txt"
  grep '^[^#]' "$here/versions.txt" | while read -r name version states made archive sha256 licence; do
    echo "$name $version given - - $licence"
  done >> "$out/sources.txt"
fi

common="-O2 -ffunction-sections -fdata-sections -fPIE -fno-asynchronous-unwind-tables -fno-unwind-tables -fno-ident -w"
common="$common -ffile-prefix-map=$sources=. -ffile-prefix-map=$out=."
# What a mistake in them can be used for is bounded: stacks are guarded, variables begin as zeros, jumps land where they may.
common="$common -fstack-protector-strong -ftrivial-auto-var-init=zero"
case $target in
x86_64) common="$common -fcf-protection=full" ;;
aarch64) common="$common -mbranch-protection=standard" ;;
esac
small="-Oz"
if [ "$target" = host ]; then
  flags="-fPIC -D_GNU_SOURCE $common"
else
  triple=$target-linux-musl
  flags="--target=$triple --sysroot=$out -nostdlibinc -isystem $out/include -D_GNU_SOURCE $common"
  # Compiler support routines (128-bit floats and the like): clang's where Debian has them for the target, else GCC's.
  case $target in
    x86_64)
      builtins=$(ls "$llvm"/lib/clang/22/lib/linux/libclang_rt.builtins-x86_64.a)
      installed compiler-rt "$builtins" "Apache-2.0 WITH LLVM-exception" ;;
    aarch64)
      builtins=$(ls /usr/lib/gcc-cross/aarch64-linux-gnu/*/libgcc.a | tail -n 1)
      installed libgcc "$builtins" "GPL-3.0-or-later WITH GCC-exception-3.1" ;;
  esac
  cp "$builtins" "$out/lib/libbuiltins.a"
  installed libc++ "$llvm/include/c++/v1/__config" "Apache-2.0 WITH LLVM-exception"  # the headers; none of its archive

  mkdir "$work/musl" && cd "$work/musl"
  CC="$clang --target=$triple" CFLAGS="$common $small" AR="$ar" RANLIB="$llvm/bin/llvm-ranlib" LIBCC="$out/lib/libbuiltins.a" \
    "$sources/musl/configure" --target="$triple" --prefix="$out" --syslibdir="$out/lib" --disable-shared --disable-wrapper >log 2>&1 || { tail -n 5 log >&2; exit 2; }
  make -j"$jobs" >log 2>&1 || { grep -m5 -B2 -A5 -E "error:|Error [0-9]" log | cut -c1-300 >&2; exit 2; }
  make install >log 2>&1 || { grep -m5 -B2 -A5 -E "error:|Error [0-9]" log | cut -c1-300 >&2; exit 2; }
fi

# library NAME "FLAGS" FILE... : one archive from a list of files.
library() {
  name=$1 more=$2
  shift 2
  mkdir -p "$work/$name"
  printf '%s\n' "$@" | xargs -P "$jobs" -I{} sh -c '
    file=$1; object='"$work/$name"'/$(echo "$file" | tr / _ | tail -c 120).o
    '"$clang $flags $more"' -c "$file" -o "$object"' sh {}
  rm -f "$out/lib/lib$name.a"
  "$ar" rcsD "$out/lib/lib$name.a" "$work/$name"/*.o
}

cd "$sources/zlib"
# Tables of CRC-32 that are made when first used cost no room in the executable.
library z "-O2 -DDYNAMIC_CRC_TABLE" adler32.c crc32.c deflate.c infback.c inffast.c inflate.c inftrees.c trees.c zutil.c compress.c uncompr.c
cp zlib.h zconf.h "$out/include/"

# The deflating half of ISA-L. x86-64 has its assembly, which asks the CPU what it has; elsewhere its C stands for that.
cd "$sources/isal"
includes="-Iinclude/ -Iigzip/"
set -- igzip/igzip.c igzip/igzip_base.c igzip/igzip_icf_base.c igzip/igzip_icf_body.c igzip/encode_df.c igzip/hufftables_c.c \
  igzip/huff_codes.c igzip/flatten_ll.c igzip/adler32_base.c crc/crc_base.c
case $target$(uname -m) in
x86_64* | hostx86_64)
  mkdir "$work/asm"
  for file in igzip_body igzip_finish igzip_icf_body_h1_gr_bt igzip_icf_finish rfc1951_lookup adler32_sse adler32_avx2_4 igzip_multibinary \
    igzip_update_histogram_01 igzip_update_histogram_04 encode_df_04 encode_df_06 proc_heap igzip_deflate_hash igzip_gen_icf_map_lh1_06 \
    igzip_gen_icf_map_lh1_04 igzip_set_long_icf_fg_04 igzip_set_long_icf_fg_06; do
    nasm -f elf64 $includes -DHAVE_AS_KNOWS_AVX512 -DAS_FEATURE_LEVEL=10 -DINTEL_CET_ENABLED --reproducible igzip/$file.asm -o "$work/asm/$file.o"
  done
  nasm -f elf64 $includes -DHAVE_AS_KNOWS_AVX512 -DAS_FEATURE_LEVEL=10 -DINTEL_CET_ENABLED --reproducible crc/crc32_gzip_refl_by8.asm -o "$work/asm/crc.o" ;;
*) set -- "$@" igzip/igzip_base_aliases.c igzip/proc_heap_base.c ;;
esac
library isal "-DNDEBUG $includes" "$@" "$here/isal_crc.c"
[ ! -d "$work/asm" ] || "$ar" rcsD "$out/lib/libisal.a" "$work"/asm/*.o
cp include/igzip_lib.h "$out/include/"

cd "$sources/zstd/lib"
library zstd "$small -DZSTD_LEGACY_SUPPORT=0 -DZSTD_DISABLE_ASM -DXXH_NAMESPACE=ZSTD_ -DHUF_FORCE_DECOMPRESS_X1 -DZSTD_FORCE_DECOMPRESS_SEQUENCES_SHORT -DZSTD_NO_INLINE -DZSTD_STRIP_ERROR_STRINGS -I." common/*.c compress/*.c decompress/*.c
cp zstd.h zstd_errors.h "$out/include/"

cd "$sources/yyjson/src"
# As it comes it inlines everything everywhere: 45 KB more in a collector.
library yyjson "$small -Dyyjson_inline=__inline__ -DYYJSON_DISABLE_INCR_READER=1 -DYYJSON_DISABLE_UTILS=1 -DYYJSON_DISABLE_NON_STANDARD=1" yyjson.c
cp yyjson.h "$out/include/"

# The reading half of libyaml: no emitter, no document tree.
cd "$sources/libyaml/src"
set -- $(version libyaml | tr . ' ')
library yaml "$small -DNDEBUG -DYAML_DECLARE_STATIC -DYAML_VERSION_MAJOR=$1 -DYAML_VERSION_MINOR=$2 -DYAML_VERSION_PATCH=$3 -DYAML_VERSION_STRING=\\\"$1.$2.$3\\\" -I../include" api.c reader.c scanner.c parser.c
cp ../include/yaml.h "$out/include/"

cd "$sources/nghttp2/lib"
set -- $(version nghttp2 | tr . ' ')
sed -e "s/@PACKAGE_VERSION@/$1.$2.$3/" -e "s/@PACKAGE_VERSION_NUM@/$(printf '0x%02x%02x%02x' "$1" "$2" "$3")/" includes/nghttp2/nghttp2ver.h.in > "$work/nghttp2ver.h"
mkdir -p "$out/include/nghttp2" && cp includes/nghttp2/nghttp2.h "$out/include/nghttp2/" && cp "$work/nghttp2ver.h" "$out/include/nghttp2/"
library nghttp2 "$small -DNGHTTP2_STATICLIB -DHAVE_ARPA_INET_H -DHAVE_NETINET_IN_H -DHAVE_CLOCK_GETTIME -DHAVE_DECL_CLOCK_MONOTONIC=1 -I$out/include -I." *.c

cd "$sources/mbedtls"
cp -r include/mbedtls include/psa "$out/include/"
cp "$here/mbedtls_config.h" "$out/include/mbedtls/mbedtls_config.h"
library mbedtls "$small -Ilibrary -I$out/include" library/*.c

# curl: HTTP only. What is left out is what a collector never asks of it.
mkdir "$work/curl" && cd "$work/curl"
link="" system=""
if [ "$target" != host ]; then
  link="-nostdlib -static-pie -fuse-ld=lld -Wl,--gc-sections $out/lib/rcrt1.o -L$out/lib -lc -lbuiltins"
  system="-DCMAKE_SYSTEM_NAME=Linux -DCMAKE_SYSTEM_PROCESSOR=$target"
fi
cmake -G "Unix Makefiles" "$sources/curl" $system \
  -DCMAKE_C_COMPILER="$clang" -DCMAKE_AR="$ar" -DCMAKE_RANLIB="$llvm/bin/llvm-ranlib" -DCMAKE_LINKER="$llvm/bin/ld.lld" \
  -DCMAKE_C_FLAGS="$(echo $flags | sed s/-O2/-Oz/) -DNGHTTP2_STATICLIB" -DCMAKE_BUILD_TYPE=None -DCMAKE_EXE_LINKER_FLAGS="$link" \
  -DCMAKE_FIND_ROOT_PATH="$out" -DCMAKE_FIND_ROOT_PATH_MODE_INCLUDE=ONLY -DCMAKE_FIND_ROOT_PATH_MODE_LIBRARY=ONLY \
  -DCMAKE_INSTALL_PREFIX="$out" -DCMAKE_INSTALL_LIBDIR=lib -DCMAKE_PREFIX_PATH="$out" \
  -DBUILD_SHARED_LIBS=OFF -DBUILD_STATIC_LIBS=ON -DBUILD_CURL_EXE=OFF -DBUILD_LIBCURL_DOCS=OFF -DBUILD_MISC_DOCS=OFF -DENABLE_CURL_MANUAL=OFF \
  -DBUILD_TESTING=OFF -DBUILD_EXAMPLES=OFF -DHTTP_ONLY=ON -DCURL_ENABLE_SSL=ON -DCURL_USE_MBEDTLS=ON -DCURL_USE_OPENSSL=OFF \
  -DMBEDTLS_INCLUDE_DIR="$out/include" -DMBEDTLS_LIBRARY="$out/lib/libmbedtls.a" -DMBEDX509_LIBRARY="$out/lib/libmbedtls.a" -DMBEDCRYPTO_LIBRARY="$out/lib/libmbedtls.a" \
  -DUSE_NGHTTP2=ON -DNGHTTP2_INCLUDE_DIR="$out/include" -DNGHTTP2_LIBRARY="$out/lib/libnghttp2.a" \
  -DCURL_ZLIB=ON -DZLIB_INCLUDE_DIR="$out/include" -DZLIB_LIBRARY="$out/lib/libz.a" -DCURL_ZSTD=OFF -DCURL_BROTLI=OFF \
  -DENABLE_THREADED_RESOLVER=ON -DENABLE_IPV6=ON -DENABLE_UNIX_SOCKETS=ON -DUSE_LIBIDN2=OFF -DCURL_USE_LIBPSL=OFF -DCURL_USE_LIBSSH2=OFF -DCURL_USE_PKGCONFIG=OFF \
  -DCURL_CA_BUNDLE=none -DCURL_CA_PATH=none -DCURL_CA_FALLBACK=OFF -DCURL_CA_EMBED= \
  -DCURL_DISABLE_ALTSVC=ON -DCURL_DISABLE_AWS=ON -DCURL_DISABLE_COOKIES=ON -DCURL_DISABLE_DIGEST_AUTH=ON -DCURL_DISABLE_DOH=ON \
  -DCURL_DISABLE_FORM_API=ON -DCURL_DISABLE_GETOPTIONS=ON -DCURL_DISABLE_HEADERS_API=ON -DCURL_DISABLE_HSTS=ON -DCURL_DISABLE_IPFS=ON \
  -DCURL_DISABLE_KERBEROS_AUTH=ON -DCURL_DISABLE_LIBCURL_OPTION=ON -DCURL_DISABLE_MIME=ON -DCURL_DISABLE_NEGOTIATE_AUTH=ON -DCURL_DISABLE_NETRC=ON \
  -DCURL_DISABLE_NTLM=ON -DCURL_DISABLE_PARSEDATE=ON -DCURL_DISABLE_PROGRESS_METER=ON -DCURL_DISABLE_SHA512_256=ON -DCURL_DISABLE_SHUFFLE_DNS=ON \
  -DCURL_DISABLE_SOCKETPAIR=OFF -DCURL_DISABLE_WEBSOCKETS=ON -DCURL_DISABLE_BEARER_AUTH=ON -DCURL_DISABLE_SRP=ON >log 2>&1 || { grep -m5 -B2 -A5 -E "error:|Error [0-9]" log | cut -c1-300 >&2; exit 2; }
make -j"$jobs" libcurl_static >log 2>&1 || { grep -m5 -B2 -A5 -E "error:|Error [0-9]" log | cut -c1-300 >&2; exit 2; }
cp lib/libcurl.a "$out/lib/"
cp -r "$sources/curl/include/curl" "$out/include/"
rm -rf "$work"
touch "$out/.complete"
rm -rf "$final"
mv "$out" "$final"

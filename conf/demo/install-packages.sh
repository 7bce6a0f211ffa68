#!/bin/sh
# Gets the Debian packages that are missing:  [BUILD=build] install-packages.sh build|demo|test...
# Libraries and tools are installed. Packages that bring a service or a module for httpd would start it or
# switch it on in a running site, so they are only unpacked, below the build folder.
set -eu

packages=${BUILD:-$(dirname "$0")/../../build}/packages

install='' unpack=''
for set in "$@"; do
  case $set in
    build)
      install="$install g++ make autoconf pkg-config apache2-bin apache2-dev apache2-ssl-dev
        libwebsockets-dev libwebsockets-evlib-ev libev-dev libzmq3-dev libwslay-dev libunistring-dev libjansson-dev nlohmann-json3-dev libcbor-dev libsqlite3-dev
        libcurl4-openssl-dev libssl-dev zlib1g-dev"
      node -e 'process.exit(parseInt(process.versions.node) < 18)' 2>/dev/null || install="$install nodejs"
      command -v npm >/dev/null || install="$install npm"
      ;;
    demo)
      install="$install apache2-bin openssl util-linux php8.2-cli php8.2-sqlite3 libapparmor1 libargon2-1
        transmission-cli python3 python3-libtorrent libowfat0"
      unpack="$unpack php8.2-fpm libapache2-mod-php8.2 transmission-daemon opentracker"
      ;;
    test)
      install="$install chromium libcpputest-dev clang-format clang-tidy libclang-rt-14-dev faketime libwrap0 openssh-client python3
        python3-autobahn python3-cbor2 python3-msgpack python3-zmq php-zmq python3-prometheus-client python3-twisted python3-websockets
        valgrind"
      unpack="$unpack prometheus nginx libnginx-mod-nchan openssh-server"
      ;;
    *)
      echo "install-packages.sh: unknown set: $set" >&2
      exit 2
      ;;
  esac
done

installed() {
  [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

missing_install='' missing_unpack=''
for package in $install; do
  installed "$package" || missing_install="$missing_install $package"
done
for package in $unpack; do
  installed "$package" || [ -e "$packages/$package.unpacked" ] ||
    missing_unpack="$missing_unpack $package"
done
[ -n "$missing_install$missing_unpack" ] || exit 0

as_root=''
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || {
    echo "Missing packages, and no sudo to install them:$missing_install$missing_unpack" >&2
    exit 1
  }
  as_root=sudo
fi

$as_root apt-get update --quiet
if [ -n "$missing_install" ]; then
  echo "Installing:$missing_install"
  $as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install --yes --quiet --no-install-recommends $missing_install
fi
if [ -n "$missing_unpack" ]; then
  echo "Unpacking below $packages:$missing_unpack"
  mkdir -p "$packages"
  archives=$(mktemp -d "$packages/archives.XXXXXX")
  trap 'rm -rf "$archives"' EXIT
  # apt's own sandbox user may be unable to reach the build folder.
  (cd "$archives" && apt-get download --quiet -o APT::Sandbox::User=root $missing_unpack)
  for package in $missing_unpack; do
    dpkg --extract "$archives/$package"_*.deb "$packages"
    touch "$packages/$package.unpacked"
  done
fi

# Shared by the scripts here: a heading with the time passed, so that a log shows where minutes go.
started=$SECONDS
step() { printf '\n== %s  [%d:%02d]\n' "$*" $(((SECONDS - started) / 60)) $(((SECONDS - started) % 60)); }

# install PACKAGE: a Debian package, with a clear error where that cannot be done.
install_package() {
    local run=""
    [ "$(id -u)" = 0 ] || run=sudo
    step "install $1"
    { $run apt-get update -qq && $run apt-get install -y -qq --no-install-recommends "$1"; } >/dev/null || {
        echo "naka: '$1' is missing and could not be installed; install it and run again" >&2
        exit 2
    }
}

# need TOOL PACKAGE and need_file FILE PACKAGE: install the package when the tool or file is missing.
need() { command -v "$1" >/dev/null || install_package "$2"; }
need_file() { [ -e "$1" ] || install_package "$2"; }

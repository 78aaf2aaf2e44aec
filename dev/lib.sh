# Shared by the scripts here: a heading with the time passed, so that a log shows where minutes go.
started=$SECONDS
step() { printf '\n== %s  [%d:%02d]\n' "$*" $(((SECONDS - started) / 60)) $(((SECONDS - started) % 60)); }

# need TOOL PACKAGE: installs a Debian package when its tool is missing; fails clearly where that cannot be done.
need() {
    command -v "$1" >/dev/null && return
    local run=""
    [ "$(id -u)" = 0 ] || run=sudo
    step "install $2"
    { $run apt-get update -qq && $run apt-get install -y -qq --no-install-recommends "$2"; } >/dev/null || {
        echo "naka: '$1' is missing and '$2' could not be installed; install it and run again" >&2
        exit 2
    }
}

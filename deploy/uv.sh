# Provides uv, the installer, set up like the pip of this machine. To be sourced by bash, at the root.
# Expects PYTHON: the Python 3.10 of the product, or empty.

# The oldest uv that is trusted with the lock file; a missing or older one is fetched with pip.
readonly OLDEST_UV_MINOR=5

say() { printf '[%3d s] %s\n' "$SECONDS" "$*"; }
fail() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

uv_is_new_enough() {
    local version major minor
    version=$("$1" --version 2>/dev/null) || return 1
    version=${version#uv }
    IFS=. read -r major minor _ <<<"$version"
    [ "${major:-0}" -gt 0 ] 2>/dev/null || [ "${minor:-0}" -ge "$OLDEST_UV_MINOR" ] 2>/dev/null
}

can_make_an_environment() {
    "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 8))' \
        </dev/null >/dev/null 2>&1
}

# Any Python will do to fetch uv; the one of the product is tried first.
find_python_for_uv() {
    local candidate
    for candidate in "$PYTHON" python3 python /usr/bin/python3 /usr/local/bin/python3; do
        if [ -n "$candidate" ] && can_make_an_environment "$candidate"; then
            printf '%s\n' "$candidate"
            return 0
        fi
    done
    return 1
}

install_debian_venv() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
    say "installing Debian's python3-venv (to fetch uv with pip)"
    apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq -y install python3-venv >/dev/null
}

# Sets UV: the one on PATH if it is new enough, else a pinned one in .bootstrap.
provide_uv() {
    UV=$(command -v uv || true)
    if [ -n "$UV" ] && uv_is_new_enough "$UV"; then return; fi
    UV=.bootstrap/bin/uv
    if [ -x "$UV" ] && cmp -s deploy/uv-requirements.txt .bootstrap/uv-requirements.txt; then return; fi
    local maker
    maker=$(find_python_for_uv) || { install_debian_venv && maker=$(find_python_for_uv); } || fail \
        "cannot fetch uv: install uv, or a Python 3.8 or newer with venv (Debian: apt-get install python3-venv)"
    say "fetching uv with pip into .bootstrap"
    rm -rf .bootstrap
    "$maker" -m venv .bootstrap
    .bootstrap/bin/python -m pip install --quiet --disable-pip-version-check --no-input \
        --require-hashes --no-deps --only-binary :all: -r deploy/uv-requirements.txt
    cp deploy/uv-requirements.txt .bootstrap/uv-requirements.txt
}

pip_setting() {
    local pip=.bootstrap/bin/python
    [ -x "$pip" ] || pip=${PYTHON:-python3}
    # "config get" overlooks /etc/pip.conf when there is no configuration of the user's own.
    "$pip" -m pip --disable-pip-version-check config list 2>/dev/null |
        sed -n "s/^\(global\|install\)\.$1='\(.*\)'\$/\2/p" | tail -n 1
}

# uv does not read pip's configuration: hand on the index and certificate that pip uses.
hand_on_pip_configuration() {
    local index certificate
    if [ -z "${UV_DEFAULT_INDEX:-}${UV_INDEX_URL:-}" ]; then
        index=${PIP_INDEX_URL:-$(pip_setting index-url)}
        if [ -n "$index" ]; then export UV_DEFAULT_INDEX=$index; fi
    fi
    if [ -z "${SSL_CERT_FILE:-}" ]; then
        certificate=${PIP_CERT:-$(pip_setting cert)}
        if [ -n "$certificate" ]; then export SSL_CERT_FILE=$certificate; fi
    fi
    # The certificates that this machine trusts, as pip does (the second name is for an older uv).
    export UV_SYSTEM_CERTS=true UV_NATIVE_TLS=true
    # The largest wheels can take longer than uv's own limit of 30 s.
    export UV_HTTP_TIMEOUT=${UV_HTTP_TIMEOUT:-${PIP_DEFAULT_TIMEOUT:-180}}
}

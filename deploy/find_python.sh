# Finds a Python 3.10 that works. To be sourced by bash (3.2 or newer); uses nothing but bash itself.
# Rasa 3.6 runs on Python < 3.11, and one version for everyone keeps the lock file single.

# A build without one of these modules starts, and fails only later.
readonly NEEDED_MODULES='bz2, ctypes, lzma, sqlite3, ssl, zlib'

# works_as_python_3_10 COMMAND: whether COMMAND runs and is a complete Python 3.10.
# It is run, not just looked at: a pyenv shim exists for versions that are not switched on.
works_as_python_3_10() {
    "$1" -c "import sys, $NEEDED_MODULES; sys.exit(sys.version_info[:2] != (3, 10))" \
        </dev/null >/dev/null 2>&1
}

# find_python_3_10: prints the path of the first one found; status 1 if there is none.
# PYTHON310 names one outright. SYSTEM_ROOT stands before /opt, /usr/local, … (tests set it).
find_python_3_10() {
    local root=${SYSTEM_ROOT:-} home=${HOME:-/nonexistent} candidate
    if [ -n "${PYTHON310:-}" ]; then
        works_as_python_3_10 "$PYTHON310" || return 1
        printf '%s\n' "$PYTHON310"
        return 0
    fi
    for candidate in \
        "$(command -v python3.10)" "$(command -v python3)" "$(command -v python)" \
        "${PYENV_ROOT:-$home/.pyenv}"/versions/3.10*/bin/python3.10 \
        "$home"/.pyenv/versions/3.10*/bin/python3.10 \
        "$home"/.local/share/uv/python/cpython-3.10*/bin/python3.10 \
        "$home"/.local/bin/python3.10 \
        "$home"/.local/share/mise/installs/python/3.10*/bin/python3.10 \
        "$home"/.asdf/installs/python/3.10*/bin/python3.10 \
        "$root"/usr/local/bin/python3.10 \
        "$root"/usr/bin/python3.10 \
        "$root"/opt/python*/bin/python3.10 \
        "$root"/opt/python/3.10*/bin/python3.10 \
        "$root"/opt/pyenv/versions/3.10*/bin/python3.10 \
        "$root"/opt/homebrew/bin/python3.10 \
        "$root"/Library/Frameworks/Python.framework/Versions/3.10/bin/python3.10; do
        if [ -x "$candidate" ] && works_as_python_3_10 "$candidate"; then
            printf '%s\n' "$candidate"
            return 0
        fi
    done
    return 1
}

#!/bin/sh
# make/venv.sh VENV REQUIREMENTS: a virtual environment with exactly these hash-pinned packages, and Ostiary itself.
set -eu
venv=$1 requirements=$2

python=
for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    echo "Ostiary needs Python 3.11 or newer; none of '${PYTHON:-python3 python3.11 and newer}' is one." >&2
    exit 1
fi

# Debian and Ubuntu ship `venv` without the part that brings pip in a package of its own.
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    version=$("$python" -c 'import sys; print("python%d.%d" % sys.version_info[:2])')
    "$(dirname "$0")/debian.sh" "ensurepip:$version-venv" || true
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        echo "Python's venv is missing. Please run: sudo apt-get install $version-venv" >&2
        exit 1
    fi
fi

[ -x "$venv/bin/pip" ] || "$python" -m venv "$venv"
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1
echo "Installing the packages of $requirements into $venv" >&2
"$venv/bin/pip" install -q --require-hashes -r "$requirements"
"$venv/bin/pip" install -q --no-deps --no-build-isolation -e .

#!/bin/sh
# Makes a virtual environment: venv.sh FOLDER. Uses $PYTHON, else the first Python ≥ 3.11 found.
set -eu

folder=$1
for python in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11 python}; do
    if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        if "$python" -m venv "$folder"; then
            exit 0
        fi
        echo "$python cannot make a virtual environment. On Debian and Ubuntu: apt-get install python3-venv" >&2
        exit 1
    fi
done
echo "Python 3.11 or newer is needed and was not found. Set PYTHON to its path." >&2
exit 1

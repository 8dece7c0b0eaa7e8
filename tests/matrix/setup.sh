#!/bin/sh
# What `make matrix` needs beside Python: R and LibreOffice from Debian, csv-parse from npm, the schema of CITATION.cff.
# Whatever cannot be installed here is left out; the tests then say "not run here" and why.
here=$(cd "$(dirname "$0")" && pwd)
cache="$here/../../.cache/matrix"
mkdir -p "$cache"

if command -v Rscript >/dev/null && command -v soffice >/dev/null; then
    echo "R and LibreOffice are here"
elif [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "installing R and LibreOffice"
    apt-get update -qq >/dev/null 2>&1
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends \
        r-base-core r-cran-readr r-cran-jsonlite r-cran-digest libreoffice-calc-nogui >"$cache/apt.log" 2>&1 ||
        echo "not all could be installed: see .cache/matrix/apt.log"
else
    echo "R or LibreOffice is missing, and only root can install it (Debian: r-base-core r-cran-readr r-cran-jsonlite r-cran-digest libreoffice-calc-nogui)"
fi

if [ -d "$cache/node_modules/csv-parse" ]; then
    echo "csv-parse is here"
elif command -v npm >/dev/null; then
    echo "installing csv-parse"
    npm install --silent --no-save --no-audit --no-fund --no-package-lock --ignore-scripts --prefix "$cache" csv-parse@7.0.3 >"$cache/npm.log" 2>&1 ||
        echo "csv-parse could not be installed: see .cache/matrix/npm.log"
fi

# cffconvert holds the JSON Schema of CFF 1.2.0. Its own dependencies cannot share an environment with Frictionless, and the schema needs none.
"$1" -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes --target "$cache/cff" --upgrade -r "$here/cff.txt"

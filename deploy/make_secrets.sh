#!/bin/sh
# Makes the two secrets that compose.yaml wants, once: a password, and the URL with it.
# The folder is its owner's alone; the files in it can be read by the containers' users, who have other numbers.
set -eu
cd "$(dirname "$0")"
if [ -e secrets/database_url ]; then
  echo "deploy/secrets is there already: nothing changed" >&2
  exit 1
fi
mkdir -p secrets
chmod 700 secrets
password=$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')
printf '%s' "$password" >secrets/postgres_password
printf 'postgresql://burden:%s@database/burden' "$password" >secrets/database_url
chmod 644 secrets/postgres_password secrets/database_url

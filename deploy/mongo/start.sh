#!/bin/bash
# The image's own entry point, with what it can't do for files of another owner: mongod wants the key file as its own,
# for itself alone, and the first user's password comes from a file.
set -euo pipefail
install -o mongodb -g mongodb -m 0400 /run/secrets/mongodb-keyfile /tmp/keyfile
MONGO_INITDB_ROOT_PASSWORD=$(cat /run/secrets/mongodb-root-password)
export MONGO_INITDB_ROOT_USERNAME=root MONGO_INITDB_ROOT_PASSWORD
exec docker-entrypoint.sh mongod --replSet zona --keyFile /tmp/keyfile --bind_ip_all --quiet

#!/bin/sh
# Runs burden with the user, home, database and settings of the systemd units; as root, installed as a command:
#   install -m 755 deploy/run_as_service.sh /usr/local/sbin/burden
#   burden user add ada --role admin
exec systemd-run --quiet --collect --wait --pty --pipe --uid=burden --gid=burden \
    --property=EnvironmentFile=/etc/burden/settings \
    --setenv=BURDEN_HOME=/var/lib/burden --setenv=BURDEN_DATABASE_URL_FILE=/etc/burden/database_url \
    --working-directory=/var/lib/burden /opt/burden/bin/burden "$@"

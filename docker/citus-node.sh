#!/bin/sh
# Run once, by the image, on an empty volume of each node: nodes reach each other as the role that a statement runs as, without a
# password, through the network `nodes` of compose.citus.yaml alone. Everybody else proves who they are, by the lines below it.
set -eu
sed -i '1i host all all 172.30.250.0/28 trust' "$PGDATA/pg_hba.conf"

#!/usr/bin/env bash
# Starts Kafka's Connect as one of a group. CONNECT_GROUP_ID=… becomes group.id=…, as Confluent's image reads it.
set -eu
settings=/tmp/connect.properties
for name in "${!CONNECT_@}"; do
  key=${name#CONNECT_}
  key=${key//_/.}
  printf '%s=%s\n' "${key,,}" "${!name}"
done > "$settings"
exec /opt/kafka/bin/connect-distributed.sh "$settings"

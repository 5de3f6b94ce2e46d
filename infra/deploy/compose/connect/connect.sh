#!/usr/bin/env bash
# Starts Kafka's Connect as one of a group. CONNECT_GROUP_ID=… becomes group.id=…, as Confluent's image reads it.
set -eu
umask 077

# A config provider of Kafka's takes a whole file for a password: without the line end that an editor leaves. In memory.
mkdir -p /dev/shm/connect
for file in /run/secrets/*; do
  printf '%s' "$(cat "$file")" > "/dev/shm/connect/${file##*/}"
done

settings=/tmp/connect.properties
for name in "${!CONNECT_@}"; do
  key=${name#CONNECT_}
  key=${key//_/.}
  printf '%s=%s\n' "${key,,}" "${!name}"
done > "$settings"
exec /opt/kafka/bin/connect-distributed.sh "$settings"

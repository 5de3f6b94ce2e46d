#!/usr/bin/env bash
# A container's health check: exit code 0 when the address answers 200. Node would spend a fifth of a second of processor
# time on each look, and there are twenty containers.
[[ $1 =~ ^http://([^:/]+):([0-9]+)(/.*)$ ]] || exit 2
exec 3<> "/dev/tcp/${BASH_REMATCH[1]}/${BASH_REMATCH[2]}" || exit 1
printf 'GET %s HTTP/1.0\r\nHost: %s\r\n\r\n' "${BASH_REMATCH[3]}" "${BASH_REMATCH[1]}" >&3
read -r -t 4 _ code _ <&3
[[ $code == 200 ]]

#!/usr/bin/env bash
# Asks the process of this container: `healthy livez` whether it lives, `healthy readyz` whether every task works.
# Exit status 0 for yes. Without curl: bash opens the connection itself.
set -euo pipefail
listen=${FIRSTWORD_HTTP__LISTEN:-127.0.0.1:9464}
exec 3<>"/dev/tcp/127.0.0.1/${listen##*:}"
printf 'GET /%s HTTP/1.0\r\n\r\n' "${1:-livez}" >&3
answer=$(cat <&3)
printf '%s\n' "${answer##*$'\r\n\r\n'}"
[[ $answer == 'HTTP/1.'?' 200 '* ]]

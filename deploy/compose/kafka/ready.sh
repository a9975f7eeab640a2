#!/bin/bash
# Whether the broker serves: ApiVersions, which it answers before any login. No Java is started for it. Usage: ready.sh [PORT]
set -eu
exec 3<>"/dev/tcp/127.0.0.1/${1:-9092}"
# length 23, ApiVersions (18) version 1, correlation id 7, client id "tsunagu-probe"
printf '\0\0\0\027\0\022\0\001\0\0\0\007\0\015tsunagu-probe' >&3
# after the length: correlation id 7, no error
[ "$(timeout 3 head -c 10 <&3 | od -An -tx1 | tr -d ' \n' | cut -c 9-)" = 000000070000 ]

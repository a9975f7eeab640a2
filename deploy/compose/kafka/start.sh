#!/bin/sh
# Runs the broker in its container: at the first start its storage is formatted with the administrator's account, which must exist before
# anybody can log in (KIP-900); all others are made by `tsunagu deploy init`. The image's own entry script is not used: it writes its settings,
# passwords included, below the image's root, which is read-only here.
set -eu
umask 077
libs=${KAFKA_LIBS:-/opt/kafka/libs}
here=${KAFKA_SETTINGS:-/etc/tsunagu-kafka}
data=${KAFKA_DATA:-/var/lib/kafka/data/logs}
words=${TMPDIR:-/tmp}/format.words

run() { # a class of Kafka's, with its arguments read from a file: a password is not for the process table
    java -Xmx128m -Dlog4j2.configurationFile="$here/log4j2.properties" -cp "$libs/*" "$@"
}

if [ ! -e "$data/meta.properties" ]; then
    password=$(cat "${KAFKA_SECRETS:-/run/secrets}/admin.password")
    case $password in
    '' | *[!A-Za-z0-9_.-]*)
        echo "kafka: the secret admin.password must be letters, digits, _ . and - only; remove its file and run: tsunagu deploy secrets" >&2
        exit 2
        ;;
    esac
    id=$(head -c 16 /dev/urandom | base64 | tr '+/' 'ab' | cut -c -22)
    printf '%s\n' kafka.tools.StorageTool format --config "$here/server.properties" --cluster-id "$id" --standalone \
        --add-scram "SCRAM-SHA-512=[name=admin,password=$password]" >"$words"
    run "@$words" >"$words.said" || { # on success it tells the account's verifier, which is not for a log
        tail -n 1 "$words.said" >&2
        exit 1
    }
    rm "$words" "$words.said"
fi
# shellcheck disable=SC2086  # several options
exec java ${KAFKA_JAVA_OPTIONS:--Xms96m -Xmx384m -XX:+UseSerialGC -XX:MaxMetaspaceSize=128m -Xss512k} -Djava.awt.headless=true \
    -Dlog4j2.configurationFile="$here/log4j2.properties" -cp "$libs/*" kafka.Kafka "$here/server.properties"

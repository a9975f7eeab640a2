#!/bin/sh
# What must be there before `docker compose up`: the image, .env (as whom the containers run), and a secret file for each account.
# Safe to repeat, and to be run again for a new release: nothing that exists is touched. The secrets are made in the image itself: only Docker is needed.
set -eu
cd "$(dirname "$0")/../.."
umask 077
if [ ! -e .env ]; then
    # As whoever runs this, so that the secrets can stay readable by their owner alone; root's containers run as a user of their own.
    if [ "$(id -u)" = 0 ]; then user=10001:10001; else user=$(id -u):$(id -g); fi
    printf 'TSUNAGU_USER=%s\n' "$user" >.env
fi
# shellcheck source=/dev/null  # just made
. ./.env
town=${TSUNAGU_TOWN:-./town}
mkdir -p "$town/secrets" "$town/alertmanager/secrets" "$town/alertmanager/data"
[ "$(id -u)" != 0 ] || chown -R "$TSUNAGU_USER" "$town"
TSUNAGU_REVISION=$(git rev-parse HEAD 2>/dev/null || echo unknown) docker compose build init
agencies=${TSUNAGU_AGENCIES:-./deploy/local/town.yaml}
docker run --rm --user "$TSUNAGU_USER" --read-only --network none --cap-drop ALL \
    --volume "$(cd "$town" && pwd):/town" --volume "$(realpath "$agencies"):/tsunagu/town.yaml:ro" tsunagu:0.1.0 deploy secrets /town \
    --name "${TSUNAGU_KAFKA_HOST:-localhost}"
echo "ready: docker compose up --detach --wait" >&2

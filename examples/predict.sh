#!/usr/bin/env bash
# Segments one object over REST: curl and what every Unix has.
#
#   examples/predict.sh URL PHOTO KEYPOINTS.json MASK.png
#
# URL is that of a model, e.g. http://127.0.0.1:8501/v1/models/quadruped_lite, of
# TensorFlow Serving or of kp2part.serve. The keypoints are a JSON list of
# [x, y, v] in pixels of the photo. Gray levels of the mask are part ids.
set -euo pipefail
url=$1 photo=$2 keypoints=$3 mask=$4

request() {
  printf '{"instances": [{"image_bytes": {"b64": "'
  base64 <"$photo" | tr -d '\n'
  printf '"}, "keypoints": '
  cat "$keypoints"
  printf '}]}'
}

if ! answer=$(request | curl --silent --show-error --fail-with-body \
  --max-time 60 --header 'Content-Type: application/json' \
  --data-binary @- "$url:predict"); then
  echo "$answer" >&2
  exit 1
fi
# One answer to one request: {"predictions": [{"mask_bytes": {"b64": ...}, ...}]}
tr -d ' \n' <<<"$answer" |
  sed 's/.*"mask_bytes":{"b64":"\([^"]*\)".*/\1/' | base64 --decode >"$mask"
echo "Wrote $mask"

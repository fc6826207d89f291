# A registry's digest of an image, for container runtimes that cannot tell it (OCI distribution specification, "Pulling manifests").

# registry_digest URI: of docker://[USER@]REGISTRY#IMAGE:TAG or docker://REGISTRY/IMAGE:TAG; nothing where it cannot be told: no curl,
# no network, or credentials that only the runtime knows of. The caller then makes the image anew, which is right, only slower.
registry_digest() {
  command -v curl >/dev/null || return 0
  rest=${1#docker://}
  rest=${rest#*@}
  case $rest in
    *'#'*) registry=${rest%%#*} path=${rest#*#} ;;
    *.*/* | *:*/* | localhost/*) registry=${rest%%/*} path=${rest#*/} ;;
    *) registry='registry-1.docker.io' path=$rest ;;
  esac
  tag=latest
  case ${path##*/} in *:*) tag=${path##*:} path=${path%:*} ;; esac
  case $registry in
    registry-1.docker.io | docker.io)
      registry='registry-1.docker.io'
      case $path in */*) ;; *) path=library/$path ;; esac
      ;;
  esac
  scheme=https
  if [ -n "${ENROOT_ALLOW_HTTP-}${APPTAINER_NOHTTPS-}" ]; then scheme=http; fi
  # The runtimes, too, ask a registry on their own machine without TLS.
  case $registry in localhost | localhost:* | 127.*) scheme=http ;; esac
  manifest="$scheme://$registry/v2/$path/manifests/$tag"
  headers=$(ask_registry '' "$manifest")
  # `Www-Authenticate: Bearer realm="https://…",service="…",scope="…"`: a token for everybody, or for nobody we know.
  challenge=$(printf '%s\n' "$headers" | sed -n 's/^[Ww][Ww][Ww]-[Aa]uthenticate: *[Bb]earer *//p' | head -n 1)
  if [ -n "$challenge" ]; then
    realm=$(printf '%s' "$challenge" | sed -n 's/.*realm="\([^"]*\)".*/\1/p')
    query=$(printf '%s' "$challenge" | sed -n 's/.*service="\([^"]*\)".*/service=\1/p')
    token=$(curl -sS -m 30 -G --data-urlencode "$query" --data-urlencode "scope=repository:$path:pull" "$realm" 2>/dev/null |
      sed -n 's/.*"\(access_\)\{0,1\}token" *: *"\([^"]*\)".*/\2/p' | head -n 1)
    [ -n "$token" ] || return 0
    headers=$(ask_registry "Authorization: Bearer $token" "$manifest")
  fi
  printf '%s\n' "$headers" | sed -n 's/^[Dd]ocker-[Cc]ontent-[Dd]igest: *\(sha256:[0-9a-f]*\).*/\1/p' | head -n 1
}

# ask_registry HEADER URL: the answer's headers. The token goes in on standard input, where no list of processes shows it.
ask_registry() {
  { [ -z "$1" ] || printf 'header = "%s"\n' "$1"; } | curl -sS -I -L -m 30 --proto '=http,https' -K - \
    -H 'Accept: application/vnd.oci.image.index.v1+json' -H 'Accept: application/vnd.docker.distribution.manifest.list.v2+json' \
    -H 'Accept: application/vnd.oci.image.manifest.v1+json' -H 'Accept: application/vnd.docker.distribution.manifest.v2+json' \
    "$2" 2>/dev/null | tr -d '\r'
}

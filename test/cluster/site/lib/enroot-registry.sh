# shellcheck shell=bash
# The enroot stand-in's import and digest: Docker images out of a registry, with curl, as squashfs.

ACCEPT='application/vnd.docker.distribution.manifest.v2+json, application/vnd.oci.image.manifest.v1+json'
CREDENTIALS=$ENROOT_CONFIG_PATH/.credentials
authorization=() netrc=

# docker://[USER@]REGISTRY#IMAGE[:TAG], or REGISTRY/IMAGE where REGISTRY has a dot or a port; else an image of Docker Hub.
parse_uri() {
  local rest=${1#docker://}
  user='' registry='' tag=latest
  [[ ! $rest =~ ^([^@/#]+)@([^#]+#.*|[^@]+)$ ]] || { user=${BASH_REMATCH[1]} rest=${BASH_REMATCH[2]} ; }
  if [[ $rest == *'#'* ]]; then
    registry=${rest%%#*} rest=${rest#*#}
  elif [[ $rest == */* && ${rest%%/*} == *[.:]* ]]; then
    registry=${rest%%/*} rest=${rest#*/}
  fi
  [[ $rest =~ ^([a-z0-9/._-]+)(:([A-Za-z0-9._-]+))?(@(sha256:[a-z0-9]+))?$ ]] || err "Invalid image reference: $1"
  image=${BASH_REMATCH[1]} tag=${BASH_REMATCH[5]:-${BASH_REMATCH[3]:-latest}}
  case $registry in
    '' | docker.io | index.docker.io | registry-1.docker.io)
      registry='registry-1.docker.io'
      [[ $image == */* ]] || image=library/$image
      ;;
  esac
  # The person's name at that registry, out of the credentials where the URI has none.
  if [ -z "$user" ] && [ -s "$CREDENTIALS" ]; then
    user=$(awk -v machine="${registry%:*}" '$1 == "machine" && $2 == machine && $3 == "login" { print $4; exit }' "$CREDENTIALS")
  fi
  local scheme=https address=$registry
  [ -z "${ENROOT_ALLOW_HTTP-}" ] || scheme=http
  # A test lays its own registry in Docker Hub's place.
  [ "$registry" != registry-1.docker.io ] || ! knob docker-hub || address=$(< "$SITE/knobs/docker-hub")
  url=$scheme://$address/v2/$image
}

# Gives the body on stdout; a registry's refusal is said by its URL and code, a broken network by curl and its exit code.
fetch() {
  local code body result=0 secrets=()
  [ -z "$netrc" ] || { exec 8< <(printf '%s\n' "$netrc") && secrets=(--netrc-file /proc/self/fd/8) ; }
  # Without a name from the start, so that no kill leaves it behind.
  body=$(mktemp -p "$ENROOT_TEMP_PATH" enroot.XXXXXXXXXX) && exec 7<> "$body" && rm -f "$body"
  code=$(curl -sSL --connect-timeout "$ENROOT_CONNECT_TIMEOUT" -o /proc/self/fd/7 -w '%{http_code}' ${secrets[@]+"${secrets[@]}"} "$@") || result=$?
  [ "$result" != 0 ] || [ "$code" -lt 400 ] || [[ " ${tolerated-} " == *" $code "* ]] ||
    err "URL ${*: -1} returned error code: $code $(reason "$code")"
  cat /proc/self/fd/7
  return "$result"
}

reason() {
  case $1 in
    400) echo 'Bad Request' ;;
    401) echo Unauthorized ;;
    403) echo Forbidden ;;
    404) echo 'Not Found' ;;
    500) echo 'Internal Server Error' ;;
    502) echo 'Bad Gateway' ;;
    503) echo 'Service Unavailable' ;;
  esac
}

# Sets `authorization` to curl's options, where the registry wants any.
authenticate() {
  local headers challenge kind realm service scope token=() known
  say INFO 'Querying registry for permission grant'
  headers=$(tolerated=401 fetch -I -- "$url/manifests/$tag")
  challenge=$(grep -i '^www-authenticate:' <<< "$headers" | tr -d '\r') || true
  if [ -z "$challenge" ]; then
    say INFO 'Permission granted'
    return
  fi
  kind=$(awk '{ print $2 }' <<< "$challenge")
  say INFO "Authenticating with user: ${user:-<anonymous>}"
  if [ -n "$user" ]; then
    if grep -qs "^machine[[:space:]]\+${registry%:*}[[:space:]]\+login[[:space:]]\+${user}[[:space:]]" "$CREDENTIALS"; then
      say INFO "Using credentials from file: $CREDENTIALS"
      netrc=$(expand_passwords)
    else
      # curl asks the terminal for the password, as it does for the real one.
      token=(-u "$user")
    fi
  fi
  case $kind in
    Basic)
      # The real one ends here without a word on what was wrong.
      fetch ${token[@]+"${token[@]}"} -- "$url/manifests/$tag" > /dev/null 2>&1 && [[ -n $netrc || ${#token[@]} != 0 ]] || exit 1
      authorization=(${token[@]+"${token[@]}"})
      ;;
    Bearer)
      realm=$(quoted realm "$challenge") service=$(quoted service "$challenge") scope=$(quoted scope "$challenge")
      known=$(fetch -G ${token[@]+"${token[@]}"} --data-urlencode "service=$service" --data-urlencode "scope=$scope" -- "$realm" |
        jq -r '.token // .access_token // empty')
      authorization=(-H "Authorization: Bearer $known")
      ;;
    *) err "Unsupported authentication method $kind" ;;
  esac
  say INFO 'Authentication succeeded'
}

# `password $NAME` in the credentials is a variable of the caller's.
expand_passwords() {
  local line
  while read -r line; do
    [[ ! $line =~ ^(.*[[:space:]])\$([A-Za-z_][A-Za-z_0-9]*)$ ]] || line=${BASH_REMATCH[1]}${!BASH_REMATCH[2]-}
    printf '%s\n' "$line"
  done < "$CREDENTIALS"
}

quoted() {
  sed -n "s/.*$1=\"\([^\"]*\)\".*/\1/p" <<< "$2"
}

image_digest() {
  local digest
  needs curl grep awk jq
  [[ $1 == docker://* ]] || err "Invalid argument: $1"
  parse_uri "$1"
  authenticate
  digest=$(fetch -I -H "Accept: $ACCEPT" ${authorization[@]+"${authorization[@]}"} -- "$url/manifests/$tag" |
    tr -d '\r' | awk 'tolower($1) == "docker-content-digest:" { print $2 }')
  [ -n "$digest" ] || err "Could not retrieve digest from $url/manifests/$tag"
  echo "$digest"
}

# In a subshell, as the real one's: it goes on when only the process that started it is killed.
image_import() (
  local file folder config layers layer
  case $1 in
    docker://*) ;;
    dockerd://*) needs docker ;;
    podman://*) needs podman ;;
    *) err "Invalid argument: $1" ;;
  esac
  needs curl grep awk jq tar find mksquashfs
  [[ $1 == docker://* ]] || err "The stand-in imports from registries alone"
  parse_uri "$1"
  file=${image#library/} && file=$(resolved "${opt_output:-${file//\//+}+$tag.sqsh}")
  [ ! -e "$file" ] || err "File already exists: $file"
  trap 'remove_tree "${folder-}" 2> /dev/null' EXIT
  folder=$(umask 077 && mktemp -d -p "$ENROOT_TEMP_PATH" enroot.XXXXXXXXXX)
  authenticate
  say INFO 'Fetching image manifest list'
  say INFO 'Fetching image manifest'
  fetch -H "Accept: $ACCEPT" ${authorization[@]+"${authorization[@]}"} -- "$url/manifests/$tag" > "$folder/manifest"
  config=$(jq -r '.config.digest // empty' "$folder/manifest" 2> /dev/null) || err 'Could not process JSON input'
  layers=$(jq -r '.layers[].digest' "$folder/manifest" 2> /dev/null) || true
  [[ -n $config && -n $layers ]] || err "Could not parse digest information from $url/manifests/$tag"
  hold import
  local missing=()
  for layer in $layers; do [ -e "$ENROOT_CACHE_PATH/${layer#sha256:}" ] || missing+=("$layer"); done
  if [ ${#missing[@]} = 0 ]; then say INFO 'Found all layers in cache'; else say INFO "Downloading ${#missing[@]} missing layers..."; fi
  for layer in "$config" ${missing[@]+"${missing[@]}"}; do download "${layer#sha256:}"; done
  say INFO 'Extracting image layers...'
  mkdir -m 755 "$folder/rootfs"
  for layer in $layers; do extract "$ENROOT_CACHE_PATH/${layer#sha256:}" "$folder/rootfs"; done
  say INFO 'Converting whiteouts...'
  configure "$folder/rootfs" "$ENROOT_CACHE_PATH/${config#sha256:}"
  squash "$folder/rootfs" "$file"
)

# Into the cache, under its digest, unless it is there.
download() {
  local part sum
  [ ! -e "$ENROOT_CACHE_PATH/$1" ] || return 0
  part=$(mktemp -p "$ENROOT_CACHE_PATH" "$1.XXXXXXXXXX")
  fetch ${authorization[@]+"${authorization[@]}"} -- "$url/blobs/sha256:$1" > "$part" || { rm -f "$part" && return 1 ; }
  sum=$(sha256sum < "$part")
  [ "${sum%% *}" = "$1" ] || { rm -f "$part" && err "Checksum mismatch: $1" ; }
  mv -n "$part" "$ENROOT_CACHE_PATH/$1"
}

# What a node has for containers. Output, a record a line: `check SUBJECT ok|bad|note DETAIL`.

# probe RUNTIME: `enroot` or `apptainer`.
probe() {
  if [ "$1" = apptainer ] && ! command -v apptainer >/dev/null; then set -- singularity; fi
  if ! command -v "$1" >/dev/null; then
    record check runtime bad "${1%singularity}"
  elif [ "$1" = enroot ] && ! said=$(in_a_folder enroot version 2>&1); then
    record check runtime bad "enroot: $(printf '%s' "$said" | tail -n 1)"
  else
    if [ "$1" = enroot ]; then said="enroot $said"; else said=$("$1" --version 2>&1 | head -n 1); fi
    record check runtime ok "$said"
    if [ "$1" = enroot ]; then paths; fi
  fi
  if ! command -v unshare >/dev/null; then
    record check namespaces note 'cannot be tried'
  elif said=$(unshare --user --map-root-user --mount true 2>&1); then
    record check namespaces ok ''
  else
    record check namespaces bad "$said"
  fi
}

# in_a_folder COMMAND...: enroot does nothing at all without its folder under XDG_RUNTIME_DIR or /run, which a job may lack; what makes
# images names another one then, and so does this.
in_a_folder() {
  "$@" 2>/dev/null && return
  (
    ENROOT_RUNTIME_PATH=$(mktemp -d) && export ENROOT_RUNTIME_PATH && trap 'rm -rf "$ENROOT_RUNTIME_PATH"' EXIT
    "$@"
  )
}

# paths: where enroot unpacks and keeps containers, as it says itself (older ones do not) or by its defaults; and the room there.
paths() {
  known=$(in_a_folder enroot info 2>/dev/null | sed -n 's/^ *\(ENROOT_[A-Z]*_PATH\)=/\1 /p')
  for path in TEMP DATA; do
    at=$(printf '%s\n' "$known" | sed -n "s/^ENROOT_${path}_PATH //p")
    if [ -z "$at" ]; then
      case $path in
        TEMP) at=${ENROOT_TEMP_PATH:-${TMPDIR:-/tmp}} ;;
        DATA) at=${ENROOT_DATA_PATH:-${XDG_DATA_HOME:-$HOME/.local/share}/enroot} ;;
      esac
    fi
    there=$at
    while [ -n "$there" ] && ! [ -d "$there" ]; do there=${there%/*}; done
    there=${there:-/}
    free=$(df -Pk -- "$there" 2>/dev/null | awk 'NR == 2 { print $4 }')
    verdict=ok
    # An image of a few gigabytes needs several times that.
    if [ "${free:-0}" -lt 10000000 ]; then verdict=note; fi
    if ! [ -w "$there" ]; then verdict=bad; fi
    record check "enroot-$(printf '%s' "$path" | tr '[:upper:]' '[:lower:]')" "$verdict" "$at" "$(df -Ph -- "$there" 2>/dev/null | awk 'NR == 2 { print $4 }')"
  done
}

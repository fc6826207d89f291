# The layers of a container image become one root file system, as an ordinary user and without docker: owners are lost, device
# nodes left out. What the layers hold is read before anything is written: nothing may get outside by a symbolic link.

# unpack DIR ROOTFS: DIR holds the file `layers`, the layers' files relative to DIR, the lowest first; and for enroot, from the
# image's configuration: `environment`, `rc`, `rc.local`, `fstab`, `workdir`. GNU tar is needed.
unpack() (
  umask 022
  # Names are bytes, the same in the listings as on the disk.
  LC_ALL=C
  export LC_ALL
  take_layers "$@"
)

take_layers() {
  from=$1 rootfs=$2 plan=$2.plan number=0
  rm -rf "$plan" && mkdir -p "$rootfs" "$plan" || exit 73
  set -- layer=0
  while IFS= read -r layer <&3; do
    number=$((number + 1))
    of_layer "$from/$layer" -tv --numeric-owner --quoting-style=c >"$plan/$number.list" || exit
    # First for the whiteouts, which hide what lower layers have, then for the rest.
    set -- "$@" "layer=$number" pass=1 "$number.list" pass=2 "$number.list"
  done 3<"$from/layers"
  (cd "$plan" && awk "$PLAN" "$@") || exit
  number=0
  while IFS= read -r layer <&3; do
    number=$((number + 1))
    lay "$from/$layer" "$plan/$number" || exit
  done 3<"$from/layers"
  rm -rf "$plan"
  [ ! -f "$from/rc" ] || configure
}

# of_layer FILE OPTION...: tar on a layer.
of_layer() {
  file=$1
  shift
  case $(od -An -tx1 -N4 "$file" | tr -d ' ') in
    1f8b*) gzip -dc <"$file" | tar "$@" -f - ;;
    28b52ffd) zstd -dcq <"$file" | tar "$@" -f - ;;
    *) tar "$@" -f "$file" ;; # which may skip through it
  esac
}

# lay FILE PLAN: one layer over what is there already. Folders and files that their owner may not read or write, as system
# images have them, would stop the next layer, the export and the removal.
lay() {
  each "$2.gone" remove || return
  : >"$2.without"
  each "$2.devices" without || return
  of_layer "$1" -xp -C "$rootfs" --no-same-owner --delay-directory-restore --warning=no-timestamp --warning=no-unknown-keyword \
    --exclude='.wh.*' --anchored --no-wildcards -X "$2.without" || return
  each "$2.open" allow
}

# each FILE COMMAND: calls the command with every line of the file as `kind` and `path`.
each() {
  [ -f "$1" ] || return 0
  while read -r kind path; do
    path=$(printf '%b.' "$path")
    path=${path%.}
    "$2" || return
  done <"$1"
}

# plain PATH: no folder on the way to it is a symbolic link; those who made the plan know of none, but this removes files.
plain() {
  at=$rootfs rest=$1
  while :; do
    case $rest in */*) at=$at/${rest%%/*} rest=${rest#*/} ;; *) return 0 ;; esac
    [ ! -L "$at" ] || return 1
  done
}

remove() {
  plain "$path" || return 0
  case $kind in
    one) rm -rf -- "${rootfs:?}/$path" ;;
    all) [ -L "$rootfs/$path" ] || [ ! -d "$rootfs/$path" ] || find "$rootfs/$path" -mindepth 1 -maxdepth 1 -exec rm -rf -- {} + ;;
  esac
}

without() { printf '%s\n' "$path" >>"$plan/$number.without"; }

allow() { if plain "$path" && [ ! -L "$rootfs/$path" ] && [ -e "$rootfs/$path" ]; then chmod "$kind" -- "$rootfs/$path"; fi; }

# configure: what enroot makes of an image's configuration itself. None of it may be written through a link of the image's.
configure() {
  if [ -L "$rootfs/etc" ] || ! mkdir -p "$rootfs/etc"; then
    echo "/etc of the image is no folder" >&2
    exit 65
  fi
  for name in environment rc rc.local fstab; do
    rm -rf "${rootfs:?}/etc/$name" && cat "$from/$name" >"$rootfs/etc/$name" || exit 73
  done
  # The working directory has to be there, for a root file system can be read-only.
  at=$rootfs
  rest=$(cat "$from/workdir")
  while [ -n "$rest" ]; do
    at=$at/${rest%%/*}
    case $rest in */*) rest=${rest#*/} ;; *) rest= ;; esac
    case $at in */..) break ;; esac
    [ ! -L "$at" ] || break
    [ -d "$at" ] || mkdir "$at" || break
  done
}

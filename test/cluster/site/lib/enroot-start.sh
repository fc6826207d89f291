# shellcheck shell=bash
# The enroot stand-in's start: namespaces of its own, the image's and the caller's mounts and variables, then its /etc/rc under a fresh root.

container_start() {
  local root=$1 line ids
  shift
  needs mountpoint awk grep sed flock
  if [ -f "$root" ] && unsquashfs -s "$root" > /dev/null 2>&1; then
    needs squashfuse
    root=$(resolved "$root")
    # As on most sites, and here unless the device is everybody's.
    [[ -w /dev/fuse ]] || knob fuse || {
      say WARN 'fuse: failed to open /dev/fuse: Permission denied'
      err "Failed to mount: $root"
    }
  else
    root=$(existing_container "$root")
  fi
  while read -r line; do
    [[ -z $line || $line =~ ^[^[:space:]]+(:[^[:space:]]+)*$ ]] || err "Invalid argument: $line"
  done <<< "$opt_mount"
  while read -r line; do
    [[ $line =~ ^([A-Za-z_][A-Za-z0-9_]*(=.*)?)?$ ]] || err "Invalid argument: $line"
  done <<< "$opt_env"
  [ -z "$opt_rc" ] || [ -p "$opt_rc" ] || [ -f "$opt_rc" ] || err "No such file or directory: $opt_rc"
  [ -z "$opt_conf" ] || [ -f "$opt_conf" ] || err "No such file or directory: $opt_conf"
  [ -z "$opt_root" ] || export ENROOT_REMAP_ROOT=y
  [ -z "$opt_rw" ] || export ENROOT_ROOTFS_WRITABLE=y
  ids=(--map-user="$(id -u)" --map-group="$(id -g)" --keep-caps)
  [ -z "${ENROOT_REMAP_ROOT-}" ] || ids=(--map-root-user)
  # Everything from here on is one process, which the command becomes in the end: so signals reach it as they do in the real one.
  START_USER=$(getent passwd "$(id -u)") START_GROUP=$(getent group "$(id -g)") START_MOUNT=$opt_mount START_ENV=$opt_env START_CONF=$opt_conf START_RC=$opt_rc
  export START_USER START_GROUP START_MOUNT START_ENV START_CONF START_RC
  exec unshare --user "${ids[@]}" --mount --propagation slave "$SITE/bin/enroot" .inside "$root" "$@"
}

inside() {
  local image=$1 variables=$ENROOT_RUNTIME_PATH/environment rc=/etc/rc
  shift
  mount -t tmpfs -o mode=700 tmpfs "$ENROOT_RUNTIME_PATH"
  ENROOT_ROOTFS=$image
  if [ -f "$image" ]; then
    ENROOT_ROOTFS=$ENROOT_RUNTIME_PATH/overlay
    mount_image "$image"
  fi
  export ENROOT_ROOTFS ENROOT_PID=$$ ENROOT_ENVIRON=$variables
  mount --rbind "$ENROOT_ROOTFS" "$ENROOT_ROOTFS"
  mounts() { :; } && hooks() { :; } && environ() { :; }
  # shellcheck disable=SC1090 # the caller's own
  [ -z "$START_CONF" ] || . "$START_CONF"
  (
    flock -w 30 9
    write_variables "$variables"
    mount_system
    write_people
    hooks
    mount_entries < <(fill_in "$ENROOT_ROOTFS/etc/fstab"; mounts; [ -z "$START_MOUNT" ] || tr : ' ' <<< "$START_MOUNT")
  ) 9> "$ENROOT_ROOTFS/.lock" >&2
  [ -n "${ENROOT_ROOTFS_WRITABLE-}" ] || remount "$ENROOT_ROOTFS" ro
  mount --bind "$ENROOT_ROOTFS/.lock" "$ENROOT_ROOTFS/.lock"
  remount "$ENROOT_ROOTFS/.lock" ro
  [ -z "$START_RC" ] || { rc=$ENROOT_RUNTIME_PATH/rc && cp -L "$START_RC" "$rc" ; }
  exec perl "$LIB/enroot-switch.pl" "$ENROOT_ROOTFS" "$variables" "$rc" "$@"
}

# The image below, and above it what is written, which is lost.
mount_image() {
  local work=$ENROOT_RUNTIME_PATH/overlay-work server
  mkdir -p "$ENROOT_ROOTFS" "$work"/{lower,upper,work}
  # It ends with the command that this process becomes.
  setpriv --pdeathsig KILL squashfuse -f -o "uid=$(id -u),gid=$(id -g)" "$1" "$work/lower" < /dev/null > /dev/null 2>&1 &
  server=$!
  until mountpoint -q "$work/lower"; do
    kill -0 "$server" 2> /dev/null || err "Failed to mount: $1"
    sleep 0.001
  done
  mount -t overlay -o "lowerdir=$work/lower,upperdir=$work/upper,workdir=$work/work,xino=off" overlay "$ENROOT_ROOTFS"
}

# ${NAME} in a file of the image is a variable of the caller's.
fill_in() {
  [ ! -f "$1" ] || perl -pe 's/\$\{([A-Za-z_]\w*)\}/$ENV{$1} \/\/ ""/ge' "$1"
}

# The image's, then the terminal's, then those of the configuration and of -e, the later ones winning.
write_variables() {
  local line
  {
    fill_in "$ENROOT_ROOTFS/etc/environment"
    echo "TERM=$(printenv TERM || true)"
    environ
    while read -r line; do
      [[ $line == *=* || -z $line ]] || line=$line=${!line-}
      printf '%s\n' "$line"
    done <<< "$START_ENV"
    if [ -n "${ENROOT_MOUNT_HOME-}" ]; then echo "HOME=$(home_inside)"; fi
  } | sed -n -e 's/^[[:space:]]*//' -e '/^ENROOT_/d' -e "s/^\([A-Za-z_][A-Za-z0-9_]*\)=[\"']\(.*\)[\"'][[:space:]]*\$/\1=\2/" \
    -e '/^[A-Za-z_][A-Za-z0-9_]*=/p' > "$1"
}

home_inside() {
  if [ -n "${ENROOT_REMAP_ROOT-}" ]; then echo /root; else echo "$HOME"; fi
}

mount_system() {
  local folder file
  for folder in proc sys dev; do
    mkdir -p "$ENROOT_ROOTFS/$folder"
    mount --rbind "/$folder" "$ENROOT_ROOTFS/$folder"
  done
  for folder in tmp var/run var/lock; do
    # /var/run is a link to /run in most images.
    folder=$(chroot_path "$folder")
    mkdir -p "$folder"
    mount -t tmpfs -o mode=755 tmpfs "$folder"
  done
  for file in hosts hostname resolv.conf; do
    [ ! -e "/etc/$file" ] || mount_one "/etc/$file" "/etc/$file" bind,ro
  done
  [ -z "${ENROOT_MOUNT_HOME-}" ] || mount_one "$HOME" "$(home_inside)" bind
}

# Where a path of the image lies on this machine, its last link followed inside the image.
chroot_path() {
  local path=$ENROOT_ROOTFS/${1#/} target
  if [ -L "$path" ]; then
    target=$(readlink "$path")
    [[ $target == /* ]] || target=$(realpath -ms "/$(dirname "$1")/$target")
    path=$ENROOT_ROOTFS$target
  fi
  echo "$path"
}

# root, nobody and the caller, and a home for them, as a login would need.
write_people() {
  local user uid gid rest home shell
  IFS=: read -r user _ uid gid rest home shell <<< "$START_USER"
  [ -x "$ENROOT_ROOTFS$shell" ] || shell=/bin/sh
  people passwd "root:x:0:0:root:/root:$shell" 'nobody:x:65534:65534:nobody:/:/sbin/nologin' "$user:x:$uid:$gid:$rest:$home:$shell"
  people group root:x:0: nogroup:x:65534: "${START_GROUP%%:*}:x:$gid:"
  [ -e "$ENROOT_ROOTFS$home" ] || (umask 077 && mkdir -p "$ENROOT_ROOTFS$home")
  mkdir -p "$ENROOT_ROOTFS/root"
}

people() {
  local file=$ENROOT_ROOTFS/etc/$1 new
  shift
  new=$(printf '%s\n' "$@" && { [ ! -f "$file" ] || grep -v -E "^($(printf '%s\n' "$@" | cut -d: -f1 | paste -sd'|')|_apt):" "$file" || true; })
  # Replaced, not written into, and for the caller's eyes alone, as the real one leaves it.
  (umask 077 && printf '%s\n' "$new" > "$file.new") && mv -f "$file.new" "$file"
}

# Lines of an fstab: SOURCE TARGET [TYPE] [OPTIONS], or OPTIONS in the place of TYPE.
mount_entries() {
  local source target type options
  while read -r source target type options _; do
    case $source in '' | '#'*) continue ;; esac
    if [ -n "$type" ] && [ -z "$options" ] && [[ $type == *,* || $type =~ ^(r?bind|ro|rw|x-.*)$ ]]; then options=$type; fi
    source=$(printf '%b' "$source") target=$(printf '%b' "${target:-$source}")
    mount_one "$source" "$target" "${options:-rbind}"
  done
}

mount_one() {
  local source=$1 target options=$3
  target=$(chroot_path "$2")
  case $source in
    umount) umount -l "$target" ; return ;;
    tmpfs) mkdir -p "$target" && mount -t tmpfs tmpfs "$target" ; return ;;
  esac
  if [ -e "$source" ] && [ ! -e "$target" ]; then
    mkdir -p "$(dirname "$target")"
    # What it makes to mount upon stays, and nobody may enter it.
    if [ -d "$source" ]; then mkdir -m 0 "$target"; else (umask 777 && : > "$target"); fi
  fi
  local how=--bind
  [[ ,$options, != *,rbind,* ]] || how=--rbind
  local said
  said=$(LC_ALL=C mount "$how" "$source" "$target" 2>&1) || {
    case $said in *'not a directory'*) said='Not a directory' ;; *) said='No such file or directory' ;; esac
    echo "enroot-mount: failed to mount: $source at $target: $said" >&2
    exit 1
  }
  [[ ,$options, != *,ro,* ]] || remount "$target" ro
}

# With the flags it has: a namespace may not take those of an outer one away.
remount() {
  local flags
  flags=$(findmnt -rno VFS-OPTIONS --mountpoint "$1" | tail -n 1)
  mount -o "remount,bind,$2,${flags#r[ow],}" "$1"
}

# shellcheck shell=bash
# What all commands of the enroot stand-in use: settings, messages in enroot's form, and the knobs by which tests change its ways.

say() {
  printf '[%s] %s\n' "$1" "$2" >&2
}

err() {
  say ERROR "$1"
  exit 1
}

# A knob is a file which a test lays there; test/kit/containers.ts names them all.
knob() {
  [ -e "$SITE/knobs/$1" ]
}

# Stops at the named point for as long as a test holds it: at.POINT says that it was reached.
hold() {
  knob "hold.$1" || return 0
  : > "$SITE/knobs/at.$1"
  while knob "hold.$1"; do sleep 0.05; done
  rm -f "$SITE/knobs/at.$1"
}

# A variable of the caller's wins over enroot.conf, and that over the defaults.
default() {
  export "$1=${!1:-$2}"
}

read_settings() {
  local name value
  [ -e "$1" ] || return 0
  while IFS=$' \t=' read -r name value; do
    [[ ! $name =~ ^ENROOT_[A-Z_]+$ ]] || default "$name" "$(eval "echo $value")"
  done < "$1"
}

is_no() {
  [[ $1 =~ ^(n|no|N|NO|No|f|false|False|FALSE)$ ]]
}

needs() {
  local program
  for program in "$@"; do
    { command -v "$program" && ! knob "without.$program"; } > /dev/null || err "Command not found: $program"
  done
}

resolved() {
  readlink -f "$1" || err "No such file or directory: $1"
}

remove_tree() {
  rm --one-file-system -rf "$1" 2> /dev/null || {
    chmod -f -R +rwX "$1" || true
    rm --one-file-system -rf "$1"
  }
}

# Containers are named, never pathed.
container_folder() {
  [ -n "$1" ] || err 'Invalid argument'
  [[ $1 != */* ]] || err "Invalid argument: $1"
  resolved "$ENROOT_DATA_PATH/$1"
}

existing_container() {
  local folder
  folder=$(container_folder "$1")
  [ -d "$folder" ] || err "No such file or directory: $folder"
  echo "$folder"
}

# $1 folder, $2 image, then more options of mksquashfs. It writes into the image itself, the superblock at the very end.
squash() {
  local folder=$1 image=$2
  shift 2
  say INFO 'Creating squashfs filesystem...'
  # shellcheck disable=SC2086 # a list of options
  mksquashfs "$folder" "$image" -all-root -no-progress -processors "$ENROOT_MAX_PROCESSORS" $ENROOT_SQUASH_OPTIONS "$@" >&2
  ! knob hold.squash || (hold_unfinished "$image")
}

# Held, it is as it would be the moment before: full-sized, and no image. In a process of its own, as mksquashfs is one, and
# like that it takes the image away when it is told to end.
hold_unfinished() {
  local image=$1 block
  trap 'rm -f "$image"; exit 1' TERM INT HUP
  block=$(mktemp -p "$ENROOT_TEMP_PATH")
  dd if="$image" of="$block" bs=96 count=1 status=none
  dd if=/dev/zero of="$image" bs=96 count=1 conv=notrunc status=none
  hold squash
  dd if="$block" of="$image" bs=96 count=1 conv=notrunc status=none
  rm -f "$block"
}

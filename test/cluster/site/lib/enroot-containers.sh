# shellcheck shell=bash
# The enroot stand-in's create, export, list and remove: containers as folders below ENROOT_DATA_PATH.

refuse_existing() {
  [ ! -e "$1" ] || [ -n "${ENROOT_FORCE_OVERRIDE-}" ] || err "File already exists: $1"
}

container_create() {
  local image name folder
  [ $# = 1 ] || usage create
  needs unsquashfs find
  image=$(resolved "$1")
  [ -f "$image" ] || err "No such file or directory: $image"
  unsquashfs -s "$image" > /dev/null 2>&1 || err "Invalid image format: $image"
  name=$opt_name
  [ -n "$name" ] || name=$(basename "${image%.sqsh}")
  folder=$(container_folder "$name")
  refuse_existing "$folder"
  [ ! -e "$folder" ] || remove_tree "$folder"
  say INFO 'Extracting squashfs filesystem...'
  # In a process of its own, which goes on when only this one is killed.
  (
    if knob hold.create; then
      unsquashfs -no-progress -d "$folder" "$image" etc >&2
      hold create
      remove_tree "$folder"
    fi
    unsquashfs -no-progress -processors "$ENROOT_MAX_PROCESSORS" -user-xattrs -d "$folder" "$image" >&2
  )
  chmod -f -R u+rX "$folder" || true
  find "$folder" -maxdepth 15 -type d ! -perm -u=w -exec chmod -f u+w {} + || true
}

container_export() {
  local folder image exclude=()
  [ $# = 1 ] || usage export
  needs mksquashfs
  folder=$(existing_container "$1")
  image=$(resolved "${opt_output:-$1.sqsh}")
  refuse_existing "$image"
  rm -f "$image"
  readarray -t exclude < <(find "$folder" -path "$folder/dev/*" -o -perm 0000 -prune \( -empty -o -type d \))
  [ ! -f "$folder/.lock" ] || exclude+=("$folder/.lock")
  squash "$folder" "$image" ${exclude[@]+-e "${exclude[@]}"}
}

container_list() {
  cd "$ENROOT_DATA_PATH" || exit
  if [ -z "$opt_fancy" ]; then
    ls -1
    return
  fi
  local name
  printf 'NAME  PID  COMMAND\n'
  for name in *; do
    [ ! -d "$name" ] || printf '%s  %s\n' "$name" "$(processes_of "$PWD/$name")"
  done
}

# The processes whose root is that folder.
processes_of() {
  local here pid there
  here=$(stat -c %d:%i "$1")
  for pid in /proc/[0-9]*; do
    there=$(stat -Lc %d:%i "$pid/root" 2> /dev/null) || continue
    [ "$there" != "$here" ] || printf '%s ' "${pid#/proc/}"
  done
}

container_remove() {
  local name folder answer=y
  [ $# -ge 1 ] || usage remove
  for name in "$@"; do
    folder=$(existing_container "$name")
    [ -n "${ENROOT_FORCE_OVERRIDE-}" ] || read -r -e -p "Do you really want to delete $folder? [y/N] " answer
    [[ $answer != [yY] ]] || remove_tree "$folder"
  done
}

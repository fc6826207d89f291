# shellcheck shell=bash
# How the enroot stand-in's import makes a root out of an image's layers and configuration.

# A layer over what the earlier ones left; its .wh.NAME files say what it deletes of that.
extract() {
  local gone
  tar -tf "$1" | { grep -E '(^|/)\.wh\.[^/]+$' || true; } | while read -r gone; do
    if [ "${gone##*/}" = .wh..wh..opq ]; then
      find "$2/${gone%/*}" -mindepth 1 -delete
    else
      rm -rf "$2/$(dirname "$gone")/${gone##*.wh.}"
    fi
  done
  tar -C "$2" --warning=no-timestamp --anchored --exclude='dev/*' --exclude='./dev/*' --no-anchored --exclude='.wh.*' -pxf "$1"
  chmod -f -R u+rwX "$2" || true
}

# What an image says of itself, as files of the container: /etc/environment, /etc/fstab, and /etc/rc, which start runs.
configure() {
  local root=$1 config=$2 platform folder words
  platform=$(jq -r '.architecture // empty' "$config")
  local wanted=${opt_arch:-$(uname -m)}
  case $wanted in x86_64) wanted=amd64 ;; aarch64) wanted=arm64 ;; ppc64le) ;; *) err "Unsupported architecture: $wanted" ;; esac
  [ "$platform" = "$wanted" ] || say WARN "Image architecture doesn't match the requested one: $platform != $wanted"
  mkdir -p "$root/etc"
  # shellcheck disable=SC2016 # for start to fill in
  jq -r '.config.Volumes // empty | keys[] | "${ENROOT_ROOTFS}\(.) \(.) none x-create=dir,bind,rw,nosuid,nodev"' "$config" > "$root/etc/fstab"
  jq -r '.config.Env[]? // empty' "$config" > "$root/etc/environment"
  folder=$(jq -r '.config.WorkingDir // "" | if . == "" then "/" else . end' "$config")
  mkdir -p "$root$folder"
  words=$(jq -r '.config | ((.Entrypoint // []) | @sh) + "\n" + (if ((.Entrypoint // []) + (.Cmd // [])) == [] then ["/bin/sh"] else .Cmd // [] end | @sh)' "$config")
  {
    printf '# enroot-provenance: docker://%s#%s:%s\n\n' "$registry" "$image" "$tag"
    printf 'mkdir -p "%s" 2> /dev/null\ncd "%s" && unset OLDPWD || exit 1\n\n' "$folder" "$folder"
    printf 'if [ -s /etc/rc.local ]; then\n    . /etc/rc.local\nfi\n\n'
    printf 'if [ $# -gt 0 ]; then\n    exec %s "$@"\nelse\n    exec %s %s\nfi\n' "${words%%$'\n'*}" "${words%%$'\n'*}" "${words#*$'\n'}"
  } > "$root/etc/rc"
  printf '# Sourced by /etc/rc when the container starts.\n' > "$root/etc/rc.local"
}

# The images of a REMOTE_DIR, and what uses them. Output, a record a line: `dir IMAGES`, `image FILE NAME CURRENT DIGEST SIZE MADE STATE BASE`,
# `use FILE RUN`, `build NAME NUMBER STATE`, `cache PATH SIZE RECENT`, `now SECONDS`.

# main REMOTE_DIR SETUP NAME: only those of one name, if it is not empty.
main() {
  dir=$(expand "$1") setup=$2 only=$3
  cd -- "$dir/slurm/images" 2>/dev/null || {
    record dir "$dir/slurm/images"
    record now "$(now)"
    return 0
  }
  # Past all links, as runs name their images.
  images=$(pwd -P)
  record dir "$images"
  record now "$(now)"
  for file in *.sqsh *.sif; do
    if ! [ -f "$file" ] || [ -L "$file" ] || ! wanted "$file"; then continue; fi
    name=$(name_of "$file")
    current=
    [ "$(readlink "$name.${file##*.}" 2>/dev/null)" = "$file" ] && current=yes
    [ "$name.${file##*.}" = "$file" ] && current=yes
    one_image "$file"
  done
  for run in "$dir"/runs/*/.slurm-runner/image "$dir"/runs/*/.slurm-runner/image-*; do
    [ -L "$run" ] || continue
    target=$(readlink "$run")
    run=${run%/.slurm-runner/*}
    case $target in "$images"/*) record use "${target#"$images"/}" "${run##*/}" ;; esac
  done
  for build in .builds/*/*; do
    [ -d "$build" ] || continue
    name=${build#.builds/}
    name=${name%/*}
    [ -z "$only" ] || [ "$only" = "$name" ] || continue
    (standing "$build" && record build "$name" "${build##*/}" "$state")
  done
  for cache in .bases/* .incoming/*; do
    [ -e "$cache" ] || continue
    # Something may be on its way into it.
    recent=$(find "$cache" -mmin -10 2>/dev/null | head -n 1)
    record cache "$cache" "$(du -sk -- "$cache" 2>/dev/null | awk '{ print $1 * 1024 }')" "${recent:+yes}"
  done
}

wanted() { [ -z "$only" ] || [ "$(name_of "$1")" = "$only" ]; }

# one_image FILE: STATE is whole, changed (no longer what was put there), or foreign (not ours to judge).
one_image() {
  digest='' made='' base='' state=foreign
  stat=$(stat -c '%s %Y' "$1") || return 0
  size=${stat% *}
  if [ -f "$1.info" ]; then
    noted=
    while read -r key value; do
      case $key in
        digest) digest=$value ;;
        made) made=$value ;;
        base) base=$value ;;
        size) noted="$value" ;;
        mtime) noted="$noted $value" ;;
      esac
    done <"$1.info"
    if [ "$noted" = "$stat" ]; then state=whole; else state=changed; fi
  fi
  record image "$1" "$name" "$current" "$digest" "$size" "${made:-${stat#* }}" "$state" "$base"
}

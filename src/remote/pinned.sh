# The images a run is pinned to: the very files, looked at before anything is sent.

# each_image DIR LIST COMMAND: of each line `LINK RUNTIME IMAGE` of LIST, the columns $US apart, finds the image, and calls COMMAND.
each_image() {
  dir_of_images=$1 then=$3 digest=-
  each_line "$2" one_image
}

one_image() {
  link=${1%%"$US"*} path=${1#*"$US"}
  find_image "$dir_of_images" "${path#*"$US"}" "${path%%"$US"*}"
  "$then"
}

# each_line TEXT COMMAND: no here-document, for which older shells need room on a disk that may be full.
each_line() {
  lines=$1
  while [ -n "$lines" ]; do
    line=${lines%%"$NL"*} lines=${lines#"$line"}
    lines=${lines#"$NL"}
    [ -z "$line" ] || "$2" "$line"
  done
}

# find_image DIR IMAGE RUNTIME: IMAGE is absolute, begins with ~/ or is relative to DIR. The file itself, past all links, in `image`,
# and what is known of it in `digest` and `word`, `-` for unknown. Refuses what no job could run in.
find_image() {
  digest=- word=-
  image=$(expand "$2")
  case $image in /*) ;; *) image=$1/$image ;; esac
  [ -e "$image" ] || refuse image-missing "$image"
  image=$(readlink -f -- "$image")
  [ -r "$image" ] || refuse image-broken "unreadable $image"
  # A folder that apptainer made, with no digest of its own.
  if [ -d "$image" ] && [ "$3" = apptainer ]; then return 0; fi
  [ -f "$image" ] || refuse image-broken "format $image"
  facts "$image"
  case $(image_format "$image").$3 in
    sqsh.*) ends=$(number_at "$image" 40) ;;
    sif.apptainer) ends=$(($(number_at "$image" 112) + $(number_at "$image" 120))) ;;
    *) refuse image-broken "format $image" ;;
  esac
  [ "${ends:-0}" -le "$size" ] || refuse image-broken "short $image"
  [ -f "$image.info" ] || return 0
  [ "$(info size) $(info mtime)" = "$size $mtime" ] || refuse image-changed "$image"
  digest=$(info digest)
  word=$(info identity)
}

# refuse KIND DETAIL: nothing is taken in because of the image `link`.
refuse() {
  report refused "$1" "$link $(printf '%s' "$2" | tr '[:cntrl:]' '?')"
  exit 78
}

# facts FILE: its `size`, `mtime` and `inode`.
facts() {
  # shellcheck disable=SC2046
  set -- $(stat -c '%s %Y %i' -- "$1" 2>/dev/null || stat -f '%z %m %i' -- "$1")
  size=$1 mtime=$2 inode=$3
}

# info KEY: what the one who made the image noted beside it.
info() { sed -n "s/^$1 //p" "$image.info"; }

# image_format FILE: by what stands at its beginning, whatever its name.
image_format() {
  if [ "$(bytes_at "$1" 0 4)" = hsqs ]; then echo sqsh; elif [ "$(bytes_at "$1" 32 9)" = SIF_MAGIC ]; then echo sif; fi
}

bytes_at() { dd if="$1" bs=1 skip="$2" count="$3" 2>/dev/null | tr -d '\000'; }

# number_at FILE OFFSET: one of those that say where the file's data ends (squashfs: bytes_used; SIF: data offset, data size);
# 0 if it cannot be told.
number_at() {
  number=$(od -A n -t u8 -j "$2" -N 8 "$1" 2>/dev/null | tr -d ' ')
  case $number in '' | *[!0-9]*) number=0 ;; esac
  echo "$number"
}

# digest_image DIR: the sha256 in `digest`, also of an image that nobody noted it of. That takes its time, so it is kept.
digest_image() {
  if [ -d "$image" ] || [ "$digest" != - ]; then return 0; fi
  known=$1/slurm/images/.sums/$(printf '%s' "$image" | cksum | tr ' ' -)
  first "$known"
  case $line in "$size $mtime $inode sha256:"*" $image")
    digest=${line#"$size $mtime $inode "}
    digest=${digest%% *}
    return 0
    ;;
  esac
  sum=$(sha256 "$image")
  [ -n "$sum" ] || return 0
  digest=sha256:$sum
  # A file that somebody is writing now may change within this second.
  [ $(($(now) - mtime)) -gt 2 ] || return 0
  { mkdir -p -- "${known%/*}" && put "$known" "$size $mtime $inode $digest $image"; } 2>/dev/null || :
}

# image_json: the manifest's word on it.
image_json() {
  printf '{\n    "path": "%s"' "$(printf '%s' "$image" | tr '[:cntrl:]' '?' | sed 's/[\\"]/\\&/g')"
  if [ "$digest" != - ]; then printf ',\n    "digest": "%s"' "$digest"; fi
  printf '\n  }'
}

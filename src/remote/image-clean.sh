# Removes images and what was left of making them, each looked at once more: something may use it by now.
# Output, a record a line: `removed PATH` or `kept PATH WHY`.

# main REMOTE_DIR ENDED PATH...: ENDED is a list of runs, between blanks, whose use of an image does not count. Paths are
# relative to REMOTE_DIR/slurm/images.
main() {
  trap '' HUP PIPE
  dir=$(expand "$1")
  cd -- "$dir/slurm/images" || exit 66
  # Past all links, as runs name their images.
  images=$(pwd -P) ended=" $2 "
  shift 2
  for path; do
    case $path in
      */../* | ../* | */..) record kept "$path" 'not a path of ours' ;;
      .bases/*/* | .builds/*/*/*) record kept "$path" 'not a path of ours' ;;
      .bases/?* | .incoming/?* | .builds/?*/?*) take_away "$path" ;;
      */*) record kept "$path" 'not a path of ours' ;;
      *-????????????.sqsh | *-????????????.sif) version "$path" ;;
      *) record kept "$path" 'not a version of ours' ;;
    esac
  done
}

version() {
  name=$(name_of "$1")
  if ! [ -f "$1.info" ] || [ "$name" = "${1%.*}" ]; then
    record kept "$1" 'not a version of ours'
  elif [ "$(readlink "$name.${1##*.}")" = "$1" ]; then
    record kept "$1" 'it is the current one'
  elif user=$(user_of "$1"); then
    record kept "$1" "$user uses it"
  else
    # The note last: a file without one is nobody's, and stays.
    rm -f "$1" && rm -f "$1.info"
    if [ -e "$1" ]; then record kept "$1" 'it cannot be removed'; else record removed "$1"; fi
  fi
}

# user_of FILE: a run that uses it and counts; fails if there is none.
user_of() {
  for run in "$dir"/runs/*/.slurm-runner/image "$dir"/runs/*/.slurm-runner/image-*; do
    [ "$(readlink "$run" 2>/dev/null)" = "$images/$1" ] || continue
    run=${run%/.slurm-runner/*}
    run=${run##*/}
    case $ended in *" $run "*) continue ;; esac
    printf '%s\n' "$run"
    return 0
  done
  return 1
}

take_away() {
  chmod -R u+rwX "$1" 2>/dev/null
  rm -rf "$1"
  if [ -e "$1" ]; then record kept "$1" 'it cannot be removed'; else record removed "$1"; fi
}

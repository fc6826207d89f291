# Takes data files into the shared data folder; nothing is ever removed there.

# main REMOTE_DIR IMAGE RUNTIME: a run whose image is not there gets nothing sent.
main() {
  trap '' HUP PIPE
  dir=$(expand "$1")
  find_image "$dir" "$2" "$3"
  dir=$dir/data
  mkdir -p -- "$dir" && cd -- "$dir" || exit 73
  receive
  exit
}

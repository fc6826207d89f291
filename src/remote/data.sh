# Takes data files into the shared data folder; nothing is ever removed there.

# main REMOTE_DIR IMAGES: a run one of whose images (each_image) is not there gets nothing sent.
main() {
  trap '' HUP PIPE
  dir=$(expand "$1")
  each_image "$dir" "$2" :
  dir=$dir/data
  mkdir -p -- "$dir" && cd -- "$dir" || exit 73
  receive
  exit
}

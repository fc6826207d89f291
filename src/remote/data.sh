# Takes data files into the shared data folder; nothing is ever removed there.

# main REMOTE_DIR
main() {
  trap '' HUP PIPE
  dir=$(expand "$1")/data
  mkdir -p -- "$dir" && cd -- "$dir" || exit 73
  receive
  exit
}

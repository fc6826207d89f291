# Takes in what an image is made of there: its layers, or a ready-made file. It stays, so that the next push sends what differs.

# main REMOTE_DIR NAME MACHINE PATH...: MACHINE is the one that the image is for, in uname's words, or empty where that is not
# known; the paths are those to be sent. Reports the folder they are in.
main() {
  trap '' HUP PIPE
  machine=$(uname -m)
  if [ -n "$3" ] && [ "$3" != "$machine" ]; then
    report "refused machine $machine"
    exit 65
  fi
  mkdir -p -- "$(expand "$1")/slurm/images" && cd -- "$(expand "$1")/slurm/images" || exit 73
  place=.incoming/$2
  # Not for others: a layer may hold what only its owner is to see.
  (umask 077 && mkdir -p -- "$place") && cd -- "$place" || exit 73
  shift 3
  tidy "$@"
  report "$(pwd)"
  receive
}

# tidy PATH...: what no push has named for a day goes. Their times of change tell, for the others belong to the image: a change of
# mode to what it is renews them.
tidy() {
  for path; do
    [ ! -f "$path" ] || chmod u+rw "$path"
  done
  find . -mindepth 1 ! -type d -ctime +0 -exec rm -f {} +
  rmdir -- */ 2>/dev/null
}

# Takes code that has changed since its push into the run directory of jobs that are to run again. What jobs wrote there stays.

# main REMOTE_DIR RUN CODE MANIFEST IMAGES [PATH SUM]...: as in push.sh; of each PATH, which is no code any more, the sum that it was pushed with:
# it goes unless somebody has changed it. Ends with 66 if there is no such run.
main() {
  trap '' HUP PIPE
  dir=$(expand "$1")
  cd -- "$dir" && dir=$(pwd) && cd -- "runs/$2" && [ -f .slurm-runner/pushed ] || exit 66
  run=$2 code=$3 manifest=$4
  find_images "$dir" "$5"
  shift 5
  report "$dir"
  report "$run"
  report "$HOME"
  report "$digest"
  receive || exit
  put_right
  while [ $# -gt 1 ]; do
    case /$1/ in */../*) ;; *) if [ "$(sha256 "./$1")" = "$2" ]; then rm -f -- "./$1"; fi ;; esac
    shift 2
  done
  # Last of all: what was broken off before it is done again by what the manifest says then.
  pin_images
  whole_manifest
  put .slurm-runner/code "$code"
}

# What a run's sweep or flow was when it was started.

# main RUN FILE: its JSON; nothing if the run is another kind's. Ends with 66 if there is no such run.
main() {
  [ -f "$1/.slurm-runner/manifest.json" ] || exit 66
  cat "$1/.slurm-runner/$2" 2>/dev/null || :
}

# Notes in a run directory that its logs and results have been brought home though it stays, and forgets its secrets.

# main RUN ATTEMPT: ATTEMPT is the one the caller has judged; of a newer one nothing came home yet, and it needs the secrets.
main() {
  [ -d "$1/.slurm-runner/attempt-$2" ] || exit 66
  newest "$1"
  if [ "$attempt" -le "$2" ]; then rm -f "$1/.slurm-runner/secrets"; fi
  put "$1/.slurm-runner/attempt-$2/collected" "$(now)"
}

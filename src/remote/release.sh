# Lets one job or array task of mine go that was submitted held, or that Slurm holds since it was requeued.

# main ID SETUP [MODE]: first a line `none`, `free` (it is not held), `held` (with MODE `look`, which changes nothing), `released` or
# `refused TEXT`; then its rows of the queue as they were before.
main() {
  scheduler_ready "$2"
  rows=$(scheduler_queue) || exit 70
  of_job "$1" "$rows"
  if [ -z "$found" ]; then
    echo none
  elif [ -z "$held" ]; then
    echo free
  elif [ "${3-}" = look ]; then
    echo held
  elif said=$(scheduler_release "$1" 2>&1) || let_go "$1"; then
    echo released
  else
    printf '%s\n' "refused$US$(printf '%s' "$said" | tr '\n' "$RS")"
  fi
  printf '%s\n' "$found"
}

# of_job ID ROWS: its rows in `found`, those of them that are held in `held` (squeue(1), "JOB REASON CODES" and "JOB STATE CODES").
of_job() {
  found=$(printf '%s\n' "$2" | awk -F "$US" -v id="$1" '$1 == id || $2 == id')
  held=$(printf '%s\n' "$found" | awk -F "$US" '$4 == "PENDING" && $5 ~ /[Hh]eld|^JobHold/ || $4 ~ /^(REQUEUE_HOLD|SPECIAL_EXIT|RESV_DEL_HOLD)$/')
}

# let_go ID: whether none of it is held any more: of an array whose other tasks run, Slurm complains of those.
let_go() {
  before=$found
  rows=$(scheduler_queue) || return 1
  of_job "$1" "$rows"
  found=$before
  [ -z "$held" ]
}

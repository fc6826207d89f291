# The only place over there that removes anything of a user's: one run directory, under REMOTE_DIR/runs, with a manifest that
# bears its own name, whose jobs are gone from the queue.

# main REMOTE_DIR NAME SETUP ATTEMPT: ATTEMPT is the one the caller has judged; a newer one was not.
main() {
  trap '' HUP PIPE
  # First, for what it exports might have the names of ours.
  scheduler_ready "$3"
  root=$(expand "$1") name=$2
  case $name in '' | .* | -* | */* | *[!A-Za-z0-9@._-]*) refuse "not the name of a run: $name" ;; esac
  cd -- "$root/runs" 2>/dev/null || refuse "no folder $root/runs"
  was_there=yes
  is_there || { echo gone; exit 0; }
  if [ -L "$name" ] || ! [ -d "$name" ]; then refuse "$name is no directory"; fi
  [ -O "$name" ] || refuse "$name belongs to somebody else"
  grep -qxF "  \"run\": \"$name\"," "$name/.slurm-runner/manifest.json" 2>/dev/null || {
    # An earlier call whose connection was lost may be at its last step.
    case $(ls -A "$name" 2>/dev/null) in '' | .slurm-runner) [ -e "$name/.slurm-runner/manifest.json" ] || soon_gone ;; esac
    refuse "$name has no manifest of its own"
  }
  newest "$name"
  [ "$attempt" -le "$4" ] || refuse "$name was submitted again meanwhile"
  # From here on nobody submits it (submit.sh looks once more after its claim).
  if [ -f "$name/.slurm-runner/pushed" ]; then mv -f "$name/.slurm-runner/pushed" "$name/.slurm-runner/removing"; fi
  newest "$name"
  [ "$attempt" -le "$4" ] || keep "$name was submitted again meanwhile"
  rows=$(scheduler_queue 2>&1) || keep "the scheduler does not answer: $(printf '%s' "$rows" | head -n 1)"
  alive=$(printf '%s\n' "$rows" | sr_name=$name awk -F "$US" "
    function ours(text) { return substr(text, length(text) - length(ENVIRON[\"sr_name\"]) + 1) == ENVIRON[\"sr_name\"] }
    $LIVE && (ours(\$13) || ours(\$14)) { print \$1, \$13 }" | user)
  [ -z "$alive" ] || keep "job $alive still uses it"
  # The manifest goes last: what an interruption leaves can be removed by the same rules.
  find "./$name" -mindepth 1 -maxdepth 1 ! -name .slurm-runner -exec rm -rf -- {} + &&
    find "./$name/.slurm-runner" -mindepth 1 -maxdepth 1 ! -name manifest.json -exec rm -rf -- {} + &&
    rm -rf -- "./$name"
  if [ -e "$name" ]; then soon_gone; fi
  if [ -e "$name" ]; then refuse "$name could not be removed whole"; fi
  echo removed
}

# user: of live jobs with our name or our directory (`ID DIRECTORY` on standard input) the first that may use it. A namesake in
# another folder, pushed from another project in the same second, does not.
user() {
  here=$(cd -- "$name" && pwd -P)
  while read -r id dir; do
    there=$([ -n "$dir" ] && cd -- "$dir" 2>/dev/null && pwd -P)
    if [ "${there:-$here}" = "$here" ]; then
      echo "$id"
      return
    fi
  done
}

# soon_gone: waits for another removal of the same run to come to its end.
soon_gone() {
  waited=0
  while [ "$waited" -lt 5 ]; do
    [ -e "$name" ] || { echo gone; exit 0; }
    sleep 1
    waited=$((waited + 1))
  done
}

# keep REASON: it can be submitted again.
keep() {
  mv -f "$name/.slurm-runner/removing" "$name/.slurm-runner/pushed" 2>/dev/null
  refuse "$1"
}

is_there() { [ -e "$name" ] || [ -L "$name" ]; }

refuse() {
  # Another removal of the same run may have come to its end between two of these lines.
  if [ -n "${was_there:-}" ] && ! is_there; then
    echo gone
    exit 0
  fi
  echo "refused$US$1"
  exit 0
}

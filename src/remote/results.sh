# What there is to bring home of a run: where each result path really lies, and its job's logs.

# main RUN ID PATH...
# Output, a record a line: `run PATH`, `data PATH` (relative to the data folder), `missing PATH`, `leaves PATH TARGET`,
# `inside PATH TARGET` (a link to something in the run directory that is not brought along), `log NAME`, and `promised LINE`, the
# manifest's line with RESULTS_PULL.
main() {
  run=$1 id=$2 ids=''
  shift 2
  cd -- "$run" || exit 66
  here=$(pwd -P) data=$(cd ../../data 2>/dev/null && pwd -P)
  promised=$(sed -n '/^  "settings": {/,/^  }/{/^    "RESULTS_PULL": /p;}' .slurm-runner/manifest.json 2>/dev/null)
  if [ -n "$promised" ]; then record promised "$promised"; fi
  chosen=
  afresh "$@"
  for path; do
    real=$(resolve "$path") || {
      record missing "$path"
      continue
    }
    case $real/ in
      "$here"/*)
        record run "${path%/}"
        # Through a link: what it leads to comes too, else only the link would.
        if [ "$real" != "$here/${path%/}" ]; then record run "${real#"$here"/}"; fi
        ;;
      "${data:-/nowhere}"/*)
        rest=${real#"$data"}
        record data "${rest#/}"
        ;;
      *) record leaves "$path" "$real" ;;
    esac
    chosen="$chosen$real
"
  done
  for path; do dangling "$path"; done
  # The logs of every attempt: what a resubmitted run said before has no other way home.
  ids=$(cat .slurm-runner/attempt-*/job_id 2>/dev/null)
  cd ../../slurm/logs 2>/dev/null || return 0
  for one in $(printf '%s\n' "$id" "$ids" | grep '^[0-9][0-9]*$' | sort -un); do
    for log in "$one".out "$one".err "$one"_*.out "$one"_*.err; do
      if [ -f "$log" ]; then record log "$log"; fi
    done
  done
}

# Seconds that another machine's files may take to show over NFS (acdirmax is 60 by default; 70 were seen).
LATE=75

# afresh PATH...: on NFS a listing may be older than what a compute node has written. Making a file in a folder makes the client
# look anew; what is missing still is waited for until the job's end is LATE seconds ago.
afresh() {
  case $(stat -f -c %T . 2>/dev/null) in nfs*) ;; *) return 0 ;; esac
  while :; do
    look_anew . .slurm-runner/attempt-*
    missing=
    for path; do
      if [ -e "$path" ]; then
        find -L "./${path%/}" -type d | while IFS= read -r folder; do look_anew "$folder"; done
      else
        missing=$path
      fi
    done
    if [ -z "$missing" ] || [ -z "$(find .slurm-runner/attempt-*/end* -newermt "-$LATE seconds" 2>/dev/null)" ]; then return 0; fi
    sleep 2
  done
}

look_anew() {
  for folder; do
    if [ -w "$folder" ]; then : >"$folder/.sr-look" && rm -f "$folder/.sr-look"; fi
  done
}

# resolve PATH: its real path; fails if there is nothing.
resolve() {
  [ -e "$1" ] || return 1
  if [ -d "$1" ]; then (cd -- "$1" && pwd -P); else
    case $1 in */*) parent=${1%/*} ;; *) parent=. ;; esac
    if [ -L "$1" ]; then readlink -f -- "$1"; else printf '%s/%s\n' "$(cd -- "$parent" && pwd -P)" "${1##*/}"; fi
  fi
}

# dangling PATH: links below PATH that point to something of this run which is not among the chosen: it would be lost.
dangling() {
  if [ -d "$1" ] && ! [ -L "${1%/}" ]; then
    find "./${1%/}" -type l | while IFS= read -r link; do
      real=$(readlink -f -- "$link") || continue
      case $real in "$here"/*) ;; *) continue ;; esac
      printf '%s' "$chosen" | real=$real awk '
        { if (ENVIRON["real"] == $0 || index(ENVIRON["real"], $0 "/") == 1) found = 1 } END { exit !found }' ||
        record inside "${link#./}" "$real"
    done
  fi
}

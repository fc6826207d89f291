# Starts the build of an image, detached from whoever asks for it, or finds the one that is under way. A build is a folder
# IMAGES/.builds/NAME/N, counted from 1, whose making is the claim, as an attempt's is in a run.

# main IMAGES NAME TOKEN ON SETUP SITE FORCE WORKER COUNT FILE TEXT ... OPTION...: TOKEN tells a repeated call, after a lost
# connection, from another; ON is `login` or `job`; SETUP is what the
# scheduler gets, SITE the site's own (REMOTE_SETUP); WORKER the program of the build; COUNT files for the build's folder
# follow, then the scheduler's options. Output: `build started|running FOLDER OWNER RECIPE`, or `build refused TEXT`.
main() {
  # The link may break at any moment; what has begun here is finished all the same.
  trap '' HUP PIPE
  # First, for what it exports might have the names of ours.
  if [ "$4" = job ]; then scheduler_ready "$5"; fi
  images=$(expand "$1") name=$2 token=$3 on=$4 setup=$5 site=$6 force=$7 worker=$8
  mkdir -p -- "$images/.builds/$name" && cd -- "$images" && images=$(pwd) || exit 73
  builds=$images/.builds/$name
  shift 8
  while :; do
    newest_build "$builds"
    if [ "$number" -gt 0 ]; then
      standing "$builds/$number"
      case $state in
        alive | unknown)
          first "$builds/$number/token"
          [ "$line" = "$token" ] && found started "$builds/$number"
          found running "$builds/$number"
          ;;
        # The answer to this very call was lost, and it was a short one.
        ended) first "$builds/$number/token" && [ "$line" = "$token" ] && found started "$builds/$number" ;;
      esac
    fi
    build=$builds/$((number + 1))
    # What is unpacked in there may be set-user-id of this user.
    if mkdir -m 700 "$build" 2>/dev/null; then break; fi
    [ -d "$build" ] || exit 73
  done
  own "$build" starting || exit 73
  put "$build/token" "$token" || exit 73
  (bury)
  inputs=$1
  shift
  while [ "$inputs" -gt 0 ]; do
    mkdir -p "$(dirname "$build/$1")" && put "$build/$1" "$2" || exit 73
    inputs=$((inputs - 1))
    shift 2
  done
  # In a file: a list of processes, or of jobs, shows arguments to everybody.
  put "$build/site" "$site" && printf '#!/bin/sh\n%s\n' "$worker" >"$build/worker.sh" || exit 73
  if [ "$on" = job ]; then in_a_job "$@"; else here; fi
}

# found WORD FOLDER
found() {
  first "$2/recipe"
  recipe=$line
  first "$2/owner"
  record build "$1" "$2" "$line" "$recipe"
  exit 0
}

# bury: whatever runs on of builds that were broken off is ended, and their folders go. What another login node may still be at is
# left to it: it ends when it sees that there is a newer one.
bury() {
  for old in "$builds"/*; do
    case ${old##*/} in *[!0-9]* | "${build##*/}") continue ;; esac
    [ -d "$old" ] || continue
    # Whoever follows the one that has just ended may not have seen it yet.
    if [ "${old##*/}" = "$number" ] && [ -e "$old/end" ]; then continue; fi
    first "$old/owner"
    case $line in
      "login $(uname -n) "* | "starting $(uname -n) "*) end_marked "$old" ;;
      login\ * | starting\ *) [ -e "$old/end" ] || continue ;;
    esac
    chmod -R u+rwX "$old" 2>/dev/null
    rm -rf "$old"
  done
}

# end_marked BUILD: by the mark that its processes carry; those inside a container carry none, but are of the worker's group, whose
# number is nobody else's as long as one of them lives.
end_marked() {
  leader=${line#* * } leader=${leader%% *}
  first "$1/boot"
  if ! [ -e "$1/end" ] && [ "$line" = "$(boot)" ] && ! kill -0 "$leader" 2>/dev/null; then kill -KILL "-$leader" 2>/dev/null; fi
  for process in /proc/[0-9]*; do
    [ -O "$process" ] && tr '\0' '\n' 2>/dev/null <"$process/environ" | grep -qxF "SLURM_RUNNER_BUILD=$1" &&
      kill -s KILL "${process#/proc/}" 2>/dev/null
  done
  clear_scratch "$1"
}

here() {
  : >"$build/log"
  (trap - HUP PIPE && detached sh "$build/worker.sh" "$build" "$images" "$name" "$force" >/dev/null 2>&1 </dev/null) &
  # Until it has said who it is, or has ended already.
  waited=0
  while [ "$waited" -lt 250 ]; do
    first "$build/owner"
    case $line in starting\ *) ;; *) break ;; esac
    sleep 0.02 2>/dev/null || sleep 1
    waited=$((waited + 1))
  done
  found started "$build"
}

# in_a_job OPTION...
in_a_job() {
  : >"$build/log"
  set -- --chdir="$build" --output="$build/log" --error="$build/log" --open-mode=append "$@" "$build/worker.sh"
  if out=$(scheduler_submit "$@" "$build" "$images" "$name" "$force" 2>"$build/sbatch"); then
    id=$(printf '%s\n' "$out" | sed -n 's/^ *\([0-9][0-9]*\)\(;.*\)\{0,1\}$/\1/p' | tail -n 1)
    first "$build/owner"
    # The job itself says it too, and may have been quicker.
    case $line in job\ *) ;; *) put "$build/owner" "job $id" ;; esac
    found started "$build"
  fi
  # It may have been taken in all the same.
  first "$build/owner"
  case $line in job\ *) found started "$build" ;; esac
  put "$build/end" 'failed submit 1'
  printf 'build%srefused%s%s\n' "$US" "$US" "$(head -c 4000 "$build/sbatch" | tr '\n' "$RS")"
}

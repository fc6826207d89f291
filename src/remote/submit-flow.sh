# Submits jobs of a flow, each once. Those that wait for none of the others are held until all are in the queue: none can end, and be
# forgotten, before what waits for it is there; and where the submission breaks in the middle, nothing has run.
# Output, a record a line: `part ATTEMPT ID JOB` for each job that was submitted, then how it ended: `whole`, `changed` (look again, as in
# submit-cells.sh), `refused JOB TEXT` (all of them are cancelled by then), `cancelled`
# (somebody has cancelled the flow, and all of them), or as in submit.sh `unknown TEXT`, `failed TEXT`, `gone`, `incomplete`.

# main RUN SEEN PREFIX SETUP SECRETS INSIDE SHARED GRAPH NOTED EARLIER HELD EXECUTOR COUNT [JOB HEAD TAIL BEHIND SCRIPT CELLS TASKS SHARE WAITS RELEASE N
# OPTION...]... SEEN is the newest attempt that the caller knows of. GRAPH is noted in `graph` until it is whole, then in `whole`: the attempt
# before its first one with a digest of the flow, and its jobs' names; NOTED is empty if this call is the one to note it. EARLIER are ids of those that were submitted before this call, HELD those of them that are to be
# released with the others. EXECUTOR is an option for all, or empty. Of each of COUNT jobs: its name, its job script before and behind SHARED and behind the attempt's
# number, its script; of a matrix job the scripts of its cells where each has its own (cell.sh), its tasks, and how many may run at a time;
# WAITS are words KIND:ID, ID being `@NTH` for one of these jobs, or =TEXT; RELEASE is whether it is held only by us; N options.
main() {
  trap '' HUP PIPE
  scheduler_ready "$4"
  run=$1 seen=$2 prefix=$3 secrets=$5 inside=$6 shared=$7 graph=$8 noted=$9
  shift 9
  earlier=$1 held=$2 executor=$3 count=$4
  shift 4
  meta=$run/.slurm-runner
  [ -f "$meta/manifest.json" ] || answer gone
  [ -f "$meta/pushed" ] || answer incomplete
  trap tidied EXIT
  unsettled
  first "$meta/graph"
  # Another command has begun something else.
  if [ -n "$line" ] && [ "$line" != "$graph" ]; then answer changed; fi
  if [ -z "$line" ]; then
    unless_whole
    # Somebody has cancelled the flow since.
    [ -z "$noted" ] || answer changed
    # A disk has lost it (part.sh).
    if [ -e "$meta/graph" ] && ! [ -s "$meta/graph" ]; then rm -f "$meta/graph"; fi
    if ! claim "$meta/graph" "$graph" 2>/dev/null; then
      if [ -s "$meta/graph" ]; then answer changed; fi
      unwritable "$meta"
    fi
  fi
  keep_secrets "$secrets" "$inside" || unwritable "$meta"
  submitted='' nth=0
  while [ "$nth" -lt "$count" ]; do
    # Now and then, for a process each time would be a tenth of all the work; but well within GRACE, however slow sbatch is.
    if [ $((nth % 4)) = 0 ]; then moment=$(now); fi
    nth=$((nth + 1)) number=$((attempt + 1))
    job=$1 head=$2 tail=$3 behind=$4 script=$5 cells=$6 tasks=$7 share=$8 waits=$9
    shift 9
    release=$1 options=$2
    shift 2
    words=''
    while [ "$options" -gt 0 ]; do
      eval "option_$options=\$1"
      words="$words \"\$option_$options\""
      shift
      options=$((options - 1))
    done
    still_wanted
    said=$(submit_job)
    case $said in
      submitted*) ;;
      existing*) answer changed ;;
      refused*)
        # What it was to wait for has ended and been forgotten meanwhile.
        case "$said, $waits" in *'dependency problem'*,*' '[a-z]*:[0-9]*) answer changed ;; esac
        withdraw || answer unknown "$job was refused, and what was submitted before it could not be cancelled"
        printf '%s\n' "refused$US$job$US${said#*"$US"}"
        exit 0
        ;;
      *)
        printf '%s\n' "$said"
        exit 0
        ;;
    esac
    attempt=$number
    id=${said#*"$US"}
    eval "id_$nth=\$id"
    submitted="$submitted $id"
    if [ "$release" = yes ]; then held="$held $id"; fi
    record part "$number" "$id" "$job"
  done
  still_wanted
  # shellcheck disable=SC2086
  if [ -n "$held" ] && ! said=$(scheduler_release_all $held 2>&1); then answer unknown "$(printf '%s' "$said" | tr '\n' "$RS")"; fi
  mv -f "$meta/graph" "$meta/whole" 2>/dev/null
  answer whole
}

# still_wanted: somebody who cancels the flow takes `graph` away first (cancel.sh); what this call has submitted goes then, too.
still_wanted() {
  first "$meta/graph"
  [ "$line" != "$graph" ] || return 0
  unless_whole
  withdraw || answer unknown 'the flow was cancelled meanwhile, and what was submitted before that could not be'
  answer cancelled
}

# unless_whole: by another command, that is; nothing of it is ours any more then.
unless_whole() {
  first "$meta/whole"
  [ "$line" != "$graph" ] || answer changed
}

# submit_job: one job in an attempt of its own, in a subshell; `words` are its options, quoted for eval.
submit_job() {
  scripts=-
  if [ -n "$cells" ]; then
    scripts=scripts-$number-$$
    printf '%s' "$cells" >"$meta/$scripts" || unwritable "$meta"
  fi
  # The marker of an empty place, for what is read by words.
  offset=-
  if [ -n "$tasks" ]; then offset=0; fi
  enter "$offset ${tasks:--} ${share:--} $scripts $job" "$script" "$head
$shared
$tail$number$behind"
  name=$prefix$job.${run##*/}
  after=
  for wait in $waits; do
    case $wait in
      =*)
        after=$after${after:+,}${wait#=}
        continue
        ;;
      *:@*) eval "id=\$id_${wait#*:@}" ;;
      *) id=${wait#*:} ;;
    esac
    after=$after${after:+,}${wait%%:*}:$id
  done
  if [ "$release" = yes ]; then words="$words --hold"; fi
  if [ -n "$after" ]; then words="$words \"--dependency=\$after\" --kill-on-invalid-dep=yes"; fi
  if [ -n "$tasks" ]; then words="$words \"--array=\$tasks\${share:+%\$share}\""; fi
  eval "submit \${executor:+\"\$executor\"} $words"
}

# withdraw: ends what was submitted, by its ids; nothing of it has begun. Where that fails the graph is still to be made whole.
withdraw() {
  # shellcheck disable=SC2086
  if [ -n "$earlier$submitted" ] && ! scheduler_cancel $earlier $submitted >/dev/null 2>&1; then return 1; fi
  rm -f "$meta/graph"
  # Of a run that has no other job nobody else needs them.
  [ "$seen" != 0 ] || rm -f "$meta/secrets"
}

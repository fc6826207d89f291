# Slurm behind the functions every scheduler has: scheduler_ready, _submit, _queue, _accounting, _cancel.
# Rows are fields joined by the unit separator, since `|` and blanks can be in a job's name.

# scheduler_ready SETUP: finds Slurm's commands.
scheduler_ready() {
  site sbatch "$1" || exit
  command -v sbatch >/dev/null || {
    echo 'sbatch: not found' >&2
    exit 69
  }
}

# with_little COMMAND...: what a job needs of this environment and no more: SLURM_* of an allocation we may sit in, SBATCH_* and
# anything private stay behind, SLURM_CONF does not.
with_little() {
  env -i HOME="$HOME" PATH="$PATH" USER="${USER-$(id -un)}" LOGNAME="${LOGNAME-$(id -un)}" SHELL="${SHELL-/bin/sh}" \
    ${LANG+LANG="$LANG"} ${LC_ALL+LC_ALL="$LC_ALL"} ${TZ+TZ="$TZ"} ${SLURM_CONF+SLURM_CONF="$SLURM_CONF"} \
    ${LD_LIBRARY_PATH+LD_LIBRARY_PATH="$LD_LIBRARY_PATH"} ${MODULEPATH+MODULEPATH="$MODULEPATH"} \
    ${MODULESHOME+MODULESHOME="$MODULESHOME"} ${SLURM_CLUSTERS+SLURM_CLUSTERS="$SLURM_CLUSTERS"} "$@"
}

# scheduler_submit OPTION... SCRIPT
scheduler_submit() { with_little sbatch --parsable "$@" </dev/null; }

# scheduler_array_limit: how many tasks an array may have, their numbers beginning with 0: MaxArraySize, or max_array_tasks of
# SchedulerParameters where that is less (slurm.conf(5)); 0 for any number. Fails without an answer.
scheduler_array_limit() {
  with_little scontrol show config | awk '
    $1 == "MaxArraySize" { limit = $3 + 0 }
    match($0, /max_array_tasks=[0-9]+/) { most = substr($0, RSTART + 16, RLENGTH - 16) + 0 }
    END { if (limit == "") exit 1; print (most != "" && most < limit) ? most : limit }'
}

# scheduler_attend TTY OPTION... SCRIPT: runs SCRIPT in an allocation of its own, here and now, with these streams; TTY is `yes` or empty.
# Its own step holds on to nothing, so that an srun inside it does not wait for ever; nor is it bound to the CPUs of one task.
scheduler_attend() {
  tty=$1 overlap=--overlap
  shift
  # srun takes only one of the two, though --exclusive is about the nodes here.
  for word; do
    case $word in --exclusive*) overlap='' ;; esac
  done
  with_little ${TERM+env TERM="$TERM"} srun ${tty:+--pty} $overlap --cpu-bind=none --mpi=none --wait=0 "$@"
}

# scheduler_allocate OPTION... COMMAND...: runs a command in an allocation of its own, here and now; COMMAND begins with no dash.
scheduler_allocate() { with_little srun "$@"; }

# scheduler_nodes: partition (the default's with a `*`), whether it is up, time limit, node, state, CPUs (allocated/idle/other/total),
# memory and allocated memory in MB, generic resources and those in use. What is longer than its column is cut.
scheduler_nodes() {
  format=
  for field in Partition:256 Available:16 Time:32 NodeList:256 StateLong:32 CPUsState:64 Memory:24 AllocMem:24 Gres:1024 GresUsed:1024; do
    format="$format${format:+,}$field$US"
  done
  with_little sinfo -h -N -O "$format" | sed "s/ *$US/$US/g"
}

# scheduler_queue: every job of mine that the controller still knows, a row a task. -t all: ended ones too, while MinJobAge lasts.
# A person's own SQUEUE_PARTITION and the like would hide some.
scheduler_queue() {
  with_little squeue --me -h -r -t all -o "%i$US%F$US%K$US%T$US%r$US%M$US%l$US%D$US%N$US%P$US%V$US%S$US%Z$US%j"
}

# scheduler_accounting SECONDS OPTION...: sacct's rows of the last SECONDS. `-j ids` or `--name=names` follows.
scheduler_accounting() {
  since=$1
  shift
  with_little sacct -n -P --delimiter="$US" -S "now-${since}seconds" "$@" \
    -o JobID,JobIDRaw,State,ExitCode,DerivedExitCode,Submit,Start,End,ElapsedRaw,MaxRSS,TotalCPU,ReqMem,AllocCPUS,Timelimit,NodeList,WorkDir,JobName
}

# scheduler_job ID: what only the controller knows of a job at its end, when accounting may be seconds behind: how often it was
# restarted and the worst exit code of its steps; a line a task, `TASK RESTARTS CODE:SIGNAL`, TASK being `-` of no array.
scheduler_job() {
  with_little scontrol -d -o show job "$1" 2>/dev/null | awk '{
    task = "-"; restarts = 0; code = ""
    for (i = 1; i <= NF; i++) {
      if ($i ~ /^ArrayTaskId=[0-9]+$/) task = substr($i, 13)
      if ($i ~ /^Restarts=/) restarts = substr($i, 10)
      if ($i ~ /^DerivedExitCode=/) code = substr($i, 17)
    }
    if (code != "") print task, restarts, code
  }'
}

# scheduler_cancel ID...: jobs or array tasks. scancel is silent about ids it does not know, so the caller looks first.
scheduler_cancel() { with_little scancel -- "$@"; }

# scheduler_release ID: one held job or array task; of an array's id all its tasks.
scheduler_release() { with_little scontrol release "$1"; }

# scheduler_release_all ID...: lets go those of these jobs and arrays that are held; the others, and those that have ended, are as they were.
# scontrol does so itself, but complains of those that have ended: then it has worked if none of them is held any more.
scheduler_release_all() (
  list=$(IFS=, && printf '%s' "$*")
  said=$(with_little scontrol release "$list" 2>&1) && exit
  rows=$(scheduler_queue) && printf '%s\n' "$rows" | awk -F "$US" -v ids=",$list," '
    $4 == "PENDING" && $5 ~ /[Hh]eld/ && (index(ids, "," $1 ",") || index(ids, "," $2 ",")) { exit 1 }' && exit
  printf '%s\n' "$said" >&2
  exit 1
)

# scheduler_ambiguous FILE CODE: whether what sbatch complained of leaves it open if the job is in the queue. With 255 it ends for
# an option it does not know or a value it cannot read (`--time=4h`); without its word that may be anything's end.
scheduler_ambiguous() {
  if [ "$2" -ge 128 ] && ! { [ "$2" = 255 ] && grep -q '^sbatch: ' "$1"; }; then return 0; fi
  grep -qiE 'timed? ?out|zero bytes|unexpected message|send/recv|communication|unable to contact|controller|try again|interrupted' "$1" &&
    ! grep -qi 'connect failure' "$1"
}

# scheduler_check: `partition` and `account` are what the profile asks for, or empty.
scheduler_check() {
  record check scheduler ok "$(sbatch --version)"
  if said=$(with_little squeue --me -h 2>&1); then
    record check queue ok "$(printf '%s\n' "$said" | grep -c .)"
  else
    record check queue bad "$(printf '%s' "$said" | head -n 1)"
    return 0
  fi
  if with_little sacct -n -X -S now-1minutes >/dev/null 2>&1; then record check accounting ok ''; else record check accounting note ''; fi
  known=$(with_little sinfo -h -o %R 2>/dev/null | sort -u | tr '\n' ' ')
  if [ -n "$partition" ]; then
    for one in $(printf '%s' "$partition" | tr ',' ' '); do
      case " $known" in *" $one "*) record check partition ok "$one" ;; *) record check partition bad "$one" "$known" ;; esac
    done
  fi
  [ -n "$account" ] || return 0
  # Who may not ask, or has no accounting, learns it from sbatch --test-only.
  mine=$(sacctmgr -n -P show assoc user="$(id -un)" format=account 2>/dev/null | sort -u | tr '\n' ' ') || return 0
  [ -n "$mine" ] || return 0
  case " $mine" in *" $account "*) record check account ok "$account" ;; *) record check account bad "$account" "$mine" ;; esac
}

# scheduler_absence: the verdict on a program that this host lacks. A compute node may have it.
scheduler_absence() { echo note; }

# scheduler_test OPTION... SCRIPT: whether it could be submitted; nothing is.
scheduler_test() { scheduler_submit --test-only "$@"; }

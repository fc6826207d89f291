# Words every program over there shares.

# With it `cd` goes elsewhere than its words say, and prints where.
unset CDPATH

US=$(printf '\037') RS=$(printf '\036') NL='
'

# put FILE TEXT: the whole file or none of it, never half.
put() {
  printf '%s\n' "$2" >"$1.$$.tmp" && mv -f "$1.$$.tmp" "$1"
}

# claim FILE TEXT: like put, but only if there is no such file yet; a link either succeeds or finds it there, on NFS too.
claim() {
  claim_of_many "$1" "$2"
  claimed=$?
  rm -f "$1.$$.tmp"
  return "$claimed"
}

# claim_of_many FILE TEXT: the same, which leaves FILE.$$.tmp to be removed with those of all the others.
claim_of_many() {
  # On NFS a full disk may show only once it is closed.
  { printf '%s\n' "$2" >"$1.$$.tmp" && [ -s "$1.$$.tmp" ]; } || return 1
  # Again, for whoever held it may have let go between the two looks.
  for try in 1 2 3; do
    if ln "$1.$$.tmp" "$1" 2>/dev/null; then return 0; fi
    if [ -e "$1" ]; then return 1; fi
  done
  (set -C && cat "$1.$$.tmp" >"$1") 2>/dev/null # a file system without links
}

# first FILE: its first line in `line`, empty if there is none.
first() {
  line=
  [ -r "$1" ] || return 0
  # It may be gone by now.
  { IFS= read -r line <"$1"; } 2>/dev/null || :
}

# number FILE: its first line in `line` if that is a whole number, else empty; arithmetic would take other text for code.
number() {
  first "$1"
  case $line in *[!0-9]*) line= ;; esac
}

now() { date +%s; }

# watched RUN: leaves word for the run's jobs, where they may tell somebody of their end (notify.sh), that a laptop looks at it.
watched() {
  if [ -f "$1/.slurm-runner/secrets" ]; then put "$1/.slurm-runner/watched" "$(now)" 2>/dev/null; fi
  return 0
}

# expand PATH: a leading ~/ is the home here.
expand() {
  case $1 in
    '~/'*) printf '%s\n' "$HOME/${1#'~/'}" ;;
    '~') printf '%s\n' "$HOME" ;;
    *) printf '%s\n' "$1" ;;
  esac
}

# site PROGRAM SETUP: takes over the environment that brings PROGRAM onto the PATH: that of the site's own shell text (REMOTE_SETUP), or
# without one that of /etc/profile, tried once. Its other variables stay its own, for they may have the names of ours, as does the
# folder it goes to; and nothing it prints may reach our output. Fails (78) where it ends early: what follows might ask another cluster.
site() {
  if [ -z "$2" ]; then
    if command -v "$1" >/dev/null || ! [ -r /etc/profile ]; then return 0; fi
    set -- "$1" '. /etc/profile 2>/dev/null'
  fi
  folder=$PWD
  taken=$(
    site_text "$2" >/dev/null </dev/null
    if [ -n "${BASH_VERSION-}" ]; then
      # It says `declare` instead of `export` otherwise, which in a function means something else; some names only it may set.
      # shellcheck disable=SC3040,SC3045
      set -o posix && export -n UID EUID PPID SHELLOPTS BASHOPTS TMOUT
    fi
    export -p && echo ': whole'
  )
  case $taken in
    *': whole') ;;
    *)
      echo 'REMOTE_SETUP ended before its last line' >&2
      return 78
      ;;
  esac
  eval "$taken"
  unset CDPATH
  PWD=$folder
}

# site_text TEXT: a `return` in it ends only the text. Read through first, for bash would run what comes before a mistake.
site_text() {
  eval "parsed() { :
$1
}" || exit
  eval "$1"
}

# newest RUN: the number of its newest attempt in `attempt`, 0 for none, and that one's folder in `at`.
newest() {
  attempt=0
  while [ -d "$1/.slurm-runner/attempt-$((attempt + 1))" ]; do attempt=$((attempt + 1)); done
  at=$1/.slurm-runner/attempt-$attempt
}

# record WORD FIELD...: a line of fields for the caller. What a job may have written, or a name it gave, can't end the line.
# Written at once: there may be thousands of them.
record() {
  fields=$1
  shift
  for field; do
    case $field in *[[:cntrl:]]*) field=$(printf '%s' "$field" | tr '[:cntrl:]' '?') ;; esac
    fields=$fields$US$field
  done
  printf '%s\n' "$fields"
}

# sha256 FILE: in hexadecimal. openssl knows the processor's own instructions for it, which coreutils often do not: several times as fast.
sha256() { { openssl dgst -sha256 -r -- "$1" || sha256sum -- "$1" || shasum -a 256 -- "$1"; } 2>/dev/null | cut -d ' ' -f 1; }

# An awk pattern on a row of scheduler_queue.
LIVE='$4 !~ /^(COMPLETED|CANCELLED|FAILED|TIMEOUT|NODE_FAIL|OUT_OF_MEMORY|BOOT_FAIL|DEADLINE|PREEMPTED|REVOKED|LAUNCH_FAILED|RECONFIG_FAIL)/'

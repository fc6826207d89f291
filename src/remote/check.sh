# What a submission needs over there. Output, a record a line: `check WHAT ok|bad|note DETAIL`.

# main SETUP REMOTE_DIR PARTITION ACCOUNT PYTHON SCRIPT OPTION...: without SCRIPT nothing is tested for submission.
main() {
  # In a subshell: it exits where there is no sbatch. Then first, for what it exports might have the names of ours.
  trouble=$( (scheduler_ready "$1") 2>&1) && scheduler_ready "$1"
  ready=$? dir=$2 partition=$3 account=$4 python=$5 script=$6
  shift 6
  folder "$(expand "$dir")"
  record check rsync "$(command -v rsync >/dev/null && echo ok || echo bad)" "$(rsync --version 2>/dev/null | head -n 1)"
  if [ "$ready" != 0 ]; then
    record check scheduler bad "$trouble"
    return 0
  fi
  scheduler_check
  [ -z "$python" ] || interpreter "$python"
  [ -z "$script" ] || test_only "$@"
}

# folder DIR: whether it, or the nearest folder above it that exists, can be written, and how much room there is.
folder() {
  there=$1
  while ! [ -d "$there" ]; do
    case $there in */*) there=${there%/*} ;; *) there=/ ;; esac
    there=${there:-/}
  done
  if ! [ -w "$there" ]; then
    record check remote-dir bad "$there"
    return
  fi
  record check remote-dir ok "$1"
  record check space ok "$(df -Ph -- "$there" 2>/dev/null | awk 'NR == 2 { print $4 }')"
}

# interpreter PYTHON: jobs find it on the PATH of this shell, which they get, as far as their node has it; else what there is.
interpreter() {
  if command -v "$1" >/dev/null 2>&1; then
    record check python ok "$("$1" --version 2>&1 </dev/null | head -n 1)"
  else
    record check python "$(scheduler_absence)" "$1" "$(if command -v python3 >/dev/null; then echo python3; fi)"
  fi
}

test_only() {
  file=$(mktemp) || return 0
  printf '%s\n' "$script" >"$file"
  if said=$(scheduler_test "$@" "$file" 2>&1); then
    record check test-only ok "$(printf '%s' "$said" | tail -n 1)"
  else
    record check test-only bad "$(printf '%s' "$said" | tr '\n' ' ')"
  fi
  rm -f "$file"
}

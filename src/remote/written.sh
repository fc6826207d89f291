# What the jobs of a run wrote into its run directory: what was not pushed, or is not what was pushed any more. What no push of a folder
# takes along is nobody's result either (.git, .env, .venv, caches), nor is what is the project's own (slurm/).

# main RUN: a record a line: `new PATH` for each regular file and `link PATH` for each link that was not pushed, `changed PATH SUMS` for a file
# that was, with those sums, and is another now, and `odd` where a name has characters that no record can hold. Ends with 66 without a run.
main() {
  cd -- "$1" || exit 66
  [ -f .slurm-runner/manifest.json ] || exit 66
  # By when a file was last touched, which nobody can set back, where find knows that.
  younger=-newer
  if find . -prune -cnewer . >/dev/null 2>&1; then younger=-cnewer; fi
  look_anew
  list -name '*[[:cntrl:]]*' | grep -q . && record odd
  # Of what was pushed only that is looked into which is younger than the first submission.
  { sums && echo '=' && plain -type f && echo '=' && plain -type l && echo '=' && plain -type f "$younger" .slurm-runner/attempt-1/intent; } |
    awk -v US="$US" '
      $0 == "=" { part++; next }
      !part {
        path = sum = $0
        sub(/": "[^"]*",?$/, "", path); gsub(/\\"/, "\"", path); gsub(/\\\\/, "\\", path)
        sub(/",?$/, "", sum); sub(/.*"/, "", sum)
        pushed[path] = pushed[path] " " sum
        next
      }
      part == 1 && !($0 in pushed) { print "new" US $0 }
      part == 2 && !($0 in pushed) { print "link" US $0 }
      part == 3 && ($0 in pushed) { print "changed" US $0 US pushed[$0] }' |
    while IFS=$US read -r kind path sums; do
      case "$kind $sums " in changed*) case "$sums " in *" $(sha256 "./$path") "*) continue ;; esac ;; esac
      record "$kind" "$path" "$sums"
    done
}

# look_anew: on NFS a listing may be older than what a compute node has written; making a file in a folder makes the client look afresh.
look_anew() {
  case $(stat -f -c %T . 2>/dev/null) in nfs*) ;; *) return 0 ;; esac
  find . \( -path ./.slurm-runner -o -path ./data \) -prune -o -type d -print | while IFS= read -r folder; do
    if [ -w "$folder" ]; then : >"$folder/.sr-look" && rm -f "$folder/.sr-look"; fi
  done
}

# sums: lines on the files that were pushed, without the quote they begin with: the manifest's, and those of a push that was broken off.
sums() { cat .slurm-runner/manifest.json .slurm-runner/files 2>/dev/null | sed -n '/^  "files": {/,/^  }/s/^    "//p'; }

# plain CONDITION...: the files that fulfil it, each without its `./`, those with odd names left out.
plain() { list ! -name '*[[:cntrl:]]*' "$@"; }

list() {
  find . \( -path ./.slurm-runner -o -path ./data -o -path ./slurm -o -name .git -o -name .venv -o -name __pycache__ -o -name node_modules -o -name .env \) -prune -o \( -type f -o -type l \) "$@" -print | sed 's/^\.\///'
}

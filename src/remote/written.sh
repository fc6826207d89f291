# What the jobs of a run wrote into its run directory: what was not pushed, or is not what was pushed any more.

# main RUN: `file PATH`, a record a line, for each such regular file, and `odd` where a name has characters that no record can hold.
# Ends with 66 without a run.
main() {
  cd -- "$1" || exit 66
  [ -f .slurm-runner/manifest.json ] || exit 66
  list -name '*[[:cntrl:]]*' | grep -q . && record odd
  # Of what was pushed only that is looked into which is younger than the first submission.
  { sums && echo '=' && list ! -name '*[[:cntrl:]]*' && echo '=' && list ! -name '*[[:cntrl:]]*' -newer .slurm-runner/attempt-1/intent; } |
    awk -v US="$US" '
      $0 == "=" { part++; next }
      !part { path = $0; sub(/": "[^"]*",?$/, "", path); gsub(/\\"/, "\"", path); gsub(/\\\\/, "\\", path); pushed[path] = $0; next }
      part == 1 && !($0 in pushed) { print "file" US $0 }
      part == 2 && ($0 in pushed) { sum = pushed[$0]; sub(/",?$/, "", sum); sub(/.*"/, "", sum); print "young" US $0 US sum }' |
    while IFS=$US read -r kind path sum; do
      if [ "$kind" = file ] || [ "$(sha256 "./$path")" != "$sum" ]; then record file "$path"; fi
    done
}

# sums: the manifest's lines on files, without the quote they begin with.
sums() { sed -n '/^  "files": {/,/^  }/s/^    "//p' .slurm-runner/manifest.json; }

# list CONDITION...: the regular files that fulfil it, each without its `./`.
list() {
  find . \( -path ./.slurm-runner -o -path ./data \) -prune -o -type f "$@" -print | sed 's/^\.\///'
}

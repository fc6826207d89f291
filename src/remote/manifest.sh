# The manifest of the run directory that we are in. `run` is its name, `manifest` what stands in it but for the run's name, its image
# (find_image) and the files' sums: those arrive as the file .slurm-runner/files.

# pin_image: the run's jobs run in that file, whatever takes its place later.
pin_image() {
  [ -n "$image" ] || return 0
  ln -sfn "$image" .slurm-runner/image && put .slurm-runner/identity "$word" || exit 73
}

# manifest_head: all but the sums and the last brace.
manifest_head() {
  printf '{\n  "run": "%s",\n%s' "$run" "$manifest"
  [ -z "$image" ] || printf ',\n  "image": %s' "$(image_json)"
}

whole_manifest() {
  put .slurm-runner/manifest.json "$(manifest_head),
$(cat .slurm-runner/files)
}" || exit 73
}

# put_right: an rsync that does not know `/./` in a list has put what goes beside the code where it was here.
put_right() {
  for stray in slurm/jobs/.outgoing-*; do
    if [ -d "$stray" ]; then
      mv -f "$stray"/.slurm-runner/* .slurm-runner/
      rm -rf "$stray"
      rmdir slurm/jobs slurm 2>/dev/null
    fi
  done
}

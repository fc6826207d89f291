# The manifest of the run directory that we are in. `run` is its name, `manifest` what stands in it but for the run's name, its image
# (each_image) and the files' sums: those arrive as the file .slurm-runner/files.

# find_images DIR LIST: all that the run is to keep, a line `LINK DIGEST WORD FILE` each in `images`; of the last the digest in `digest`, `-` of none.
find_images() {
  images=''
  each_image "$1" "$2" note_image
}

note_image() {
  digest_image "$dir_of_images"
  images="$images$link$US$digest$US$word$US$image
"
}

# pin_images: the run's jobs run in those files, whatever takes their places later.
pin_images() (
  while IFS=$US read -r link digest word image; do
    [ -n "$link" ] || continue
    ln -sfn "$image" ".slurm-runner/$link" && put ".slurm-runner/identity${link#image}" "$word" || exit 73
  done <<EOF
$images
EOF
)

# manifest_head: all but the sums and the last brace.
manifest_head() {
  printf '{\n  "run": "%s",\n%s' "$run" "$manifest"
  while IFS=$US read -r link digest word image; do
    [ -z "$link" ] || printf ',\n  "%s": %s' "$link" "$(image_json)"
  done <<EOF
$images
EOF
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

# The manifest of the run directory that we are in. `run` is its name, `manifest` what stands in it but for the run's name, its images
# (each_image) and the files' sums: those arrive as the file .slurm-runner/files.

# find_images DIR LIST: all that the run is to keep, a line `LINK DIGEST WORD FILE` each in `images`; of the last the digest in `digest`, `-` of none.
find_images() {
  images=''
  each_image "$1" "$2" note_image
}

note_image() {
  digest_image "$dir_of_images"
  images="$images$link$US$digest$US$word$US$image$NL"
}

# pin_images: the run's jobs run in those files, whatever takes their places later. What was pinned before stays: jobs may be waiting for it.
pin_images() { (each_line "$images" pin_image) || exit 73; }

pin_image() {
  noted "$1"
  ln -sfn "$image" ".slurm-runner/$link" && put ".slurm-runner/identity${link#image}" "$word" || exit 73
}

tell_image() {
  noted "$1"
  printf ',\n  "%s": %s' "$link" "$(image_json)"
}

# noted LINE: its columns.
noted() {
  link=${1%%"$US"*} rest=${1#*"$US"}
  digest=${rest%%"$US"*} rest=${rest#*"$US"}
  word=${rest%%"$US"*} image=${rest#*"$US"}
}

# manifest_head: all but the sums and the last brace.
manifest_head() {
  printf '{\n  "run": "%s",\n%s' "$run" "$manifest"
  (each_line "$images" tell_image)
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

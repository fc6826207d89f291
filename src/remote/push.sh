# Makes a run directory and takes the code in. The name is taken by making the directory: of two pushes in one second
# the second gets -2, -3 and so on.

# main REMOTE_DIR NAME TOKEN CODE MANIFEST IMAGES: TOKEN tells a repeated call, after a lost connection, from another push;
# CODE is a digest of all the files; MANIFEST is what stands in a JSON object, all but the run's name, its images and the files' sums:
# those arrive as the file .slurm-runner/files. IMAGES are the files its jobs run in (each_image).
main() {
  trap '' HUP PIPE
  dir=$(expand "$1")
  name=$2 token=$3 code=$4 manifest=$5
  mkdir -p -- "$dir/runs" "$dir/data" "$dir/slurm/logs" || exit 73
  cd -- "$dir" && dir=$(pwd) && cd runs || exit 73
  find_images "$dir" "$6"
  run=$name count=1
  until mkdir -- "$run" 2>/dev/null; do
    first "$run/.slurm-runner/token"
    [ "$line" = "$token" ] && break
    if ! [ -d "$run" ]; then
      mkdir -- "$run"
      exit 73
    fi
    count=$((count + 1)) run=$name-$count
  done
  cd -- "$run" || exit 73
  mkdir -p -m 700 .slurm-runner && put .slurm-runner/token "$token" && put .slurm-runner/code "$code" || exit 73
  pin_images
  put .slurm-runner/manifest.json "$(manifest_head)
}" || exit 73
  # The data folder may be a link itself; what matters is the name that jobs see.
  ln -sfn "$dir/data" data || exit 73
  report "$dir"
  report "$run"
  report "$HOME"
  report "$digest"
  receive_anew || exit
  put_right
  if [ -f .slurm-runner/files ]; then whole_manifest; fi
  : >.slurm-runner/pushed
}

# receive_anew: takes in what no other run directory has: they are offered as --copy-dest, the newest first, rsync's limit of 20
# at most. Runs whose code is known to be the same as one already taken are passed over. By absolute paths: since the fixes of
# CVE-2024-12086 rsync 3.2.7 and 3.4.1 find nothing behind a `..`, after they have promised that they would.
receive_anew() {
  seen=' '
  set --
  # shellcheck disable=SC2012,SC2045
  for other in $(ls -t ..); do
    case $other in "$run" | *[!A-Za-z0-9@._-]*) continue ;; esac
    [ -f "../$other/.slurm-runner/pushed" ] || continue
    first "../$other/.slurm-runner/code"
    case $seen in *" $line "*) continue ;; esac
    seen="$seen${line:-$other} "
    set -- "$@" "--copy-dest=$dir/runs/$other"
    [ $# -lt 20 ] || break
  done
  receive "$@"
}

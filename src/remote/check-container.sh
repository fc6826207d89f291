# What a job in a container needs: the image, the runtime here and on a compute node, Pyxis.
# Output, a record a line: `check SUBJECT ok|bad|note DETAIL`, after a line `node NAME` of the compute node; `no-node TEXT` if there was none.

# main SETUP REMOTE_DIR RUNTIME PYXIS IMAGE PROBE OPTION...: RUNTIME is `enroot` or `apptainer`; PYXIS `pyxis` where jobs need it; IMAGE
# a file, empty for none; PROBE the program of probe.sh, empty where no compute node is to be asked; OPTIONs are srun's.
main() {
  (scheduler_ready "$1") >/dev/null 2>&1 && scheduler_ready "$1"
  ready=$? dir=$(expand "$2") runtime=$3 pyxis=$4 wanted=$5 program=$6
  shift 6
  probe "$runtime"
  [ -z "$wanted" ] || look_at_image
  [ "$ready" = 0 ] || return 0
  command -v srun >/dev/null || return 0
  # `--container` alone is Slurm's own.
  if [ -n "$pyxis" ]; then
    if srun --help 2>/dev/null | grep -q -e '--container-image'; then record check pyxis ok ''; else record check pyxis bad ''; fi
  fi
  [ -z "$program" ] || on_a_node "$@"
}

# A busy cluster is not waited for.
on_a_node() {
  if said=$(srun --immediate=10 --nodes=1 --ntasks=1 --time=1 --job-name=slurm-check --quiet "$@" /bin/sh -c "$program" 2>&1 </dev/null); then
    printf '%s\n' "$said" | grep -e "^node$US" -e "^check$US"
  else
    record no-node "$(printf '%s' "$said" | grep -v '^ *$' | tail -n 1)"
  fi
}

look_at_image() {
  said=$(
    # shellcheck disable=SC2317 # find_image calls it
    refuse() {
      printf 'refused %s %s\n' "$1" "$2"
      exit
    }
    find_image "$dir" "$wanted" "$runtime" || exit
    digest_noted=$digest
    # Read whole: what is noted of it must be what it is.
    digest=-
    dir_of_sums=$(mktemp -d)
    digest_image "$dir_of_sums"
    rm -rf "$dir_of_sums"
    if [ "$digest_noted" != - ] && [ "$digest" != "$digest_noted" ]; then
      printf 'refused image-changed %s\n' "$image"
    else
      printf 'whole %s %s\n' "$digest" "$image"
    fi
  )
  case $said in
    'whole '*) record check image ok "${said#whole }" ;;
    'refused '*) record check image bad "${said#refused }" ;;
    *) record check image bad "image-broken $said" ;;
  esac
}

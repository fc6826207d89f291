# How an rsync program becomes rsync's server: `rsync_server` is the command rsync asked for, `sr_nonce` and `sr_mark` make the line
# after which everything is rsync's. Only plain words can be in the command, since both sides are always `./`.

report() { printf '%s report %s\n' "$sr_nonce" "$*" >&2; }

# serve [--copy-dest=DIR ...]: options the other side does not know of; only the receiver acts on them.
serve() {
  command -v rsync >/dev/null || exit 127
  printf '\n%s%s begin\n' "$sr_mark" "$sr_nonce"
  # shellcheck disable=SC2086,SC2154
  set -- "$@" ${rsync_server#rsync --server}
  rsync --server "$@"
}

receive() { serve "$@"; }

# What nvidia-smi says on the node of each task. It comes as text, `sh -c TEXT`: other nodes may not see a file of this one's.
# Output, fields joined by the unit separator: `gpu NODE LINE`, `absent NODE`, `failed NODE CODE LINE`.

us=$(printf '\037')
node=${SLURMD_NODENAME:-$(uname -n)}
if command -v nvidia-smi >/dev/null 2>&1; then
  said=$(nvidia-smi -L 2>&1)
  code=$?
  if [ "$code" != 0 ]; then printf '%s\n' "failed$us$node$us$code$us$(printf '%s' "$said" | tr '\n' ' ')"; else
    printf '%s\n' "$said" | while IFS= read -r line; do printf '%s\n' "gpu$us$node$us$line"; done
  fi
else
  printf '%s\n' "absent$us$node"
fi

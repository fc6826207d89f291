#!/bin/sh
# What somebody would write by hand for one submission, and no more: the yardstick for slurm-run and slurm-sweep-start.
# usage: minimal.sh HOST RUN_DIR FILES SUBMIT SOCKET: FILES lists what to send, one path a line; SUBMIT is what runs over there.
set -e
host=$1 dir=$2 files=$3 submit=$4 socket=$5
ssh -fNM -S "$socket" -o ControlPersist=60 "$host" 2>/dev/null
ssh -S "$socket" "$host" "mkdir -p '$dir'"
rsync -az --files-from="$files" -e "ssh -S $socket" ./ "$host:$dir/"
ssh -S "$socket" "$host" "cd '$dir' && $submit"

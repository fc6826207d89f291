# A job's own folder on its node's disk, for the supervisor and whoever sits before a job; variables are called sr_… as there.

# scratch: gives the job a folder of its own on this node's disk for TMPDIR, noted in sr_scratch for its removal; a KILL leaves it behind.
# A site that has one made for each job has its way, and so has who named one (sr_tmpdir, set where [env] does). A path made
# here means nothing on a job's other nodes, nor in a container that a script starts by itself and says nothing of TMPDIR.
scratch() {
  sr_base=${TMPDIR:-/tmp}
  if [ -n "${sr_tmpdir-}" ] || [ "${SLURM_JOB_NUM_NODES:-1}" != 1 ]; then return; fi
  if grep -qs -e --container-image "$sr_script" && ! grep -qs TMPDIR "$sr_script"; then return; fi
  # What --tmp asks for is counted on Slurm's TmpFS (slurm.conf(5)); without a file of its own a node has the controller's.
  if [ "$sr_base" = /tmp ] && [ -z "${sr_together-}" ]; then
    sr_base=$(sed -n 's/^[[:blank:]]*[Tt][Mm][Pp][Ff][Ss][[:blank:]]*=[[:blank:]]*\([^[:blank:]#]*\).*/\1/p' \
      /run/slurm/conf/slurm.conf "${SLURM_CONF:-/etc/slurm/slurm.conf}" 2>/dev/null | tail -n 1)
    shared "$sr_base" || sr_base=/tmp
  fi
  case $sr_base in /*) [ -d "$sr_base" ] ;; *) false ;; esac || sr_base=/tmp
  # The embedded executor's jobs have the TMPDIR of whoever submits them.
  if [ -z "${sr_together-}" ] && ! shared "$sr_base"; then return; fi
  sr_scratch=$(mktemp -d "$sr_base/slurm-runner.$SLURM_JOB_ID.XXXXXX" 2>/dev/null) || sr_scratch=''
  if [ -n "$sr_scratch" ]; then export TMPDIR="$sr_scratch"; fi
}

# shared FOLDER: whether everybody may write to it.
shared() { case $(ls -ldL -- "$1/" 2>/dev/null) in d???????w*) ;; *) return 1 ;; esac }

# cleared: removes the job's scratch folder, and nothing that is mounted in it or that a link leads to. Without -depth, for with that
# busybox goes where -xdev should not let it; a folder's parents go with the last of what is in them.
cleared() {
  case ${sr_scratch-} in /*/slurm-runner.*) ;; *) return 0 ;; esac
  {
    find "$sr_scratch" -xdev -type d ! -perm -700 -exec chmod u+rwx {} \;
    find "$sr_scratch" -xdev ! -type d -exec rm -f {} +
    if ! [ -L "$sr_scratch" ]; then (cd "$sr_scratch" && find . -xdev -type d -exec rmdir -p {} +); fi
    rmdir "$sr_scratch"
  } >/dev/null 2>&1
}

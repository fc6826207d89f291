# shellcheck shell=bash
# Writes everything the test cluster's daemons and clients read: keys, munge, Slurm twice over, slurmdbd, MariaDB, sshd, ssh.

SSH_PORT=$PORTS
CTLD_PORT=$((PORTS + 1))
DBD_PORT=$((PORTS + 2))
SQL_PORT=$((PORTS + 3))
CTLD2_PORT=$((PORTS + 4))
SLOW_PORT=$((PORTS + 5))
CUT_PORT=$((PORTS + 6))
NODE_PORTS=$((PORTS + 10))
NODE2_PORTS=$((PORTS + 20))

refuse_busy_ports() {
  local port
  for port in "$SSH_PORT" "$CTLD_PORT" "$DBD_PORT" "$SQL_PORT" "$CTLD2_PORT" $((NODE_PORTS + 1)) $((NODE2_PORTS + 1)); do
    ! port_answers "$port" || die "port $port is taken; choose others with SLURM_RUNNER_CLUSTER_PORTS=<first of 30>"
  done
}

write_keys() {
  (umask 077 && head -c 128 /dev/urandom > "$DIR/etc/munge.key")
  ssh-keygen -q -t ed25519 -N '' -C slurm-runner-test -f "$DIR/etc/id_ed25519"
  ssh-keygen -q -t ed25519 -N '' -C slurm-runner-test -f "$DIR/etc/host_key"
}

write_configuration() {
  write_slurm_conf srt "$DIR/etc" "$CTLD_PORT" "$DIR/state" > "$DIR/etc/slurm.conf"
  node_lines "$NODE_PORTS" "${NODES[@]}" >> "$DIR/etc/slurm.conf"
  write_accounting >> "$DIR/etc/slurm.conf"
  # For sweeps of 10,000 cells, some time after one another; the second cluster keeps the default, 10,000 with everybody's.
  echo MaxJobCount=500000 >> "$DIR/etc/slurm.conf"
  write_gpus
  write_cgroup_conf
  write_slurmdbd_conf
  write_my_cnf
  # Forgets a job seconds after its end, and nobody else remembers it.
  write_slurm_conf srt2nd "$DIR/etc2" "$CTLD2_PORT" "$DIR/state2" > "$DIR/etc2/slurm.conf"
  node_lines "$NODE2_PORTS" "${NODES2[@]}" >> "$DIR/etc2/slurm.conf"
  cat >> "$DIR/etc2/slurm.conf" <<EOC
MinJobAge=5
AccountingStorageType=accounting_storage/none
TaskPlugin=task/none
EOC
  cp "$DIR/etc/cgroup.conf" "$DIR/etc2/cgroup.conf"
  write_sshd_config > "$DIR/etc/sshd_config"
  write_ssh_config > "$DIR/ssh_config"
  printf 'srt %s\n' "$(cut -d' ' -f1,2 "$DIR/etc/host_key.pub")" > "$DIR/etc/known_hosts"
}

# $1 cluster's name, $2 folder of its configuration, $3 slurmctld's port, $4 its state. A requeued job waits cred_expire
# seconds (two minutes by default); KillWait is as low, so that no test waits for minutes.
write_slurm_conf() {
  cat <<EOC
ClusterName=$1
SlurmctldHost=$(hostname -s)(127.0.0.1)
SlurmctldPort=$3
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$DIR/run/munge.sock,cred_expire=10
StateSaveLocation=$4
SlurmdSpoolDir=$DIR/spool/%n
TmpFS=$DIR/scratch
SlurmctldPidFile=$DIR/run/$1.slurmctld
SlurmdPidFile=$DIR/run/slurmd.%n
SlurmctldLogFile=$DIR/log/$1.slurmctld.log
SlurmdLogFile=$DIR/log/%n.log
SlurmdParameters=config_overrides
ProctrackType=proctrack/linuxproc
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=2
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=1,bf_interval=1,sched_min_interval=0
SlurmdTimeout=60
KillWait=3
ReturnToService=2
JobRequeue=1
DefMemPerCPU=512
MailProg=/bin/true
EOC
}

# $1 the port below the first node's; then the nodes. What they have is made up, so that dozens of jobs run at once.
node_lines() {
  local port=$1 node nodes gres=
  shift
  nodes=$(IFS=, && echo "$*")
  [ $# = 1 ] || gres=' Gres=gpu:4'
  for node in "$@"; do
    port=$((port + 1))
    echo "NodeName=$node NodeAddr=127.0.0.1 NodeHostname=$(hostname -s) Port=$port CPUs=32 RealMemory=65536 TmpDisk=1000000$gres"
  done
  cat <<EOC
PartitionName=main Nodes=$nodes Default=YES PriorityTier=2 State=UP
PartitionName=short Nodes=$nodes MaxTime=1 PriorityTier=2 State=UP
PartitionName=scavenge Nodes=$nodes PriorityTier=1 PreemptMode=REQUEUE State=UP
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
EOC
}

write_accounting() {
  cat <<EOC
GresTypes=gpu
AccountingStorageType=accounting_storage/slurmdbd
AccountingStorageHost=127.0.0.1
AccountingStoragePort=$DBD_PORT
AccountingStoragePass=$DIR/run/munge.sock
AccountingStorageTRES=gres/gpu
AccountingStorageEnforce=associations,limits
EOC
  # Without a memory cgroup a job over its limit is merely killed (FAILED 0:9); with one it is OUT_OF_MEMORY, as on a real site.
  if memory_cgroup; then
    echo TaskPlugin=task/cgroup
  else
    printf 'TaskPlugin=task/none\nJobAcctGatherParams=OverMemoryKill\n'
  fi
}

slurm_version() {
  slurmctld -V | cut -d' ' -f2
}

memory_cgroup() {
  [ -w /sys/fs/cgroup/memory/cgroup.procs ]
}

write_gpus() {
  local n
  mkdir "$DIR/dev"
  for n in 0 1 2 3; do mknod -m 666 "$DIR/dev/gpu$n" c 1 3; done
  echo "NodeName=$(IFS=, && echo "${NODES[*]}") Name=gpu File=$DIR/dev/gpu[0-3]" > "$DIR/etc/gres.conf"
}

write_cgroup_conf() {
  local plugin=CgroupPlugin=disabled
  case $(slurm_version) in
    # Knows no 'disabled', and looks for no cgroup as long as nothing asks for one.
    2[0-2].*) plugin=CgroupPlugin=cgroup/v1 ;;
  esac
  ! memory_cgroup || plugin=$'CgroupPlugin=cgroup/v1\nCgroupMountpoint=/sys/fs/cgroup\nConstrainRAMSpace=yes'
  echo "$plugin" > "$DIR/etc/cgroup.conf"
}

write_slurmdbd_conf() {
  (umask 077 && cat > "$DIR/etc/slurmdbd.conf") <<EOC
AuthType=auth/munge
AuthInfo=socket=$DIR/run/munge.sock
DbdHost=$(hostname -s)
DbdAddr=127.0.0.1
DbdPort=$DBD_PORT
SlurmUser=root
PidFile=$DIR/run/slurmdbd
LogFile=$DIR/log/slurmdbd.log
StorageType=accounting_storage/mysql
StorageHost=127.0.0.1
StoragePort=$SQL_PORT
StorageLoc=slurm_acct_db
StorageUser=root
EOC
}

# Nothing here has to outlive a power cut, so the database need not sync; its doors are open on the loopback alone.
write_my_cnf() {
  cat > "$DIR/etc/my.cnf" <<EOC
[mysqld]
user=root
datadir=$DIR/db
socket=$DIR/run/mariadb.sock
pid-file=$DIR/run/mariadb
tmpdir=$DIR/run
bind-address=127.0.0.1
port=$SQL_PORT
skip-grant-tables
skip-name-resolve
innodb_flush_log_at_trx_commit=0
innodb_log_file_size=8M
innodb_buffer_pool_size=64M
innodb_fast_shutdown=2
innodb_lock_wait_timeout=900
log-error=$DIR/log/mariadb.log
# Not known to older ones; Slurm 26.05 refuses to run without it.
loose_innodb_snapshot_isolation=OFF
EOC
}

write_sshd_config() {
  local name
  cat <<EOC
ListenAddress 127.0.0.1:$SSH_PORT
HostKey $DIR/etc/host_key
PidFile none
# /tmp is everybody's, so that sshd would trust no file below it.
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin no
AllowUsers srt-*
UseDNS no
PrintMotd no
MaxStartups 200
# OpenSSH's own first choice takes each side a tenth of a second of computing, and the tests connect hundreds of times.
KexAlgorithms curve25519-sha256
Subsystem sftp internal-sftp
EOC
  for name in $(user_names); do
    printf 'Match User %s\n  SetEnv %s\n' "$name" "$(user_environment "$name")"
    [ "$name" != srt-pass ] || printf '  PasswordAuthentication yes\n  AuthenticationMethods password\n'
  done
}

write_ssh_config() {
  local name
  cat <<EOC
Include $DIR/links/*.conf
Host srt
  User srt-bash
Host srt-slow
  User srt-bash
  Port $SLOW_PORT
Host srt-cut
  User srt-bash
  Port $CUT_PORT
Host srt-pass
  PreferredAuthentications password
  NumberOfPasswordPrompts 1
EOC
  for name in $(user_names); do printf 'Host %s\n  User %s\n' "$name" "$name"; done
  cat <<EOC
Host srt srt-* 127.0.0.1
  HostName 127.0.0.1
  Port $SSH_PORT
  HostKeyAlias srt
  UserKnownHostsFile $DIR/etc/known_hosts
  GlobalKnownHostsFile /dev/null
  StrictHostKeyChecking yes
  IdentityFile $DIR/etc/id_ed25519
  IdentitiesOnly yes
  IdentityAgent none
EOC
}

# ssh looks for ~/.ssh/config in the home that the password file names, whatever HOME says: a test's own home has to be forced on it.
write_commands() {
  cat > "$DIR/bin/ssh" <<EOC
#!/bin/sh
config=$DIR/ssh_config
case \$HOME in $DIR/*) [ ! -f "\$HOME/.ssh/config" ] || config=\$HOME/.ssh/config ;; esac
exec /usr/bin/ssh -F "\$config" "\$@"
EOC
  cat > "$DIR/enter" <<EOC
#!/bin/sh
exec "\$@"
EOC
  cat > "$DIR/ctl" <<EOC
#!/bin/sh
exec $DIR/enter env SLURM_RUNNER_CLUSTER_DIR=$DIR SLURM_RUNNER_CLUSTER_PORTS=$PORTS SLURM_RUNNER_CLUSTER_UIDS=$UIDS bash $DIR/kit/cluster.sh "\$@"
EOC
  printf '#!/bin/sh\necho "%s"\n' "$PASSWORD" > "$DIR/askpass"
  chmod 755 "$DIR/bin/ssh" "$DIR/enter" "$DIR/ctl" "$DIR/askpass"
}

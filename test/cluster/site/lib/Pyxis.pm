# What the Pyxis stand-in's tasks and what clears up after them have in common: where they are, the node's enroot, and slurmstepd's way of speaking.
package Pyxis;
use strict;
use warnings;
use Exporter 'import';
use Fcntl ':flock';
use File::Basename;
use Cwd 'abs_path';

our @EXPORT = qw($site $folder $job_step complain fail knob enroot count locked tasks_here);

our $site = dirname(dirname(abs_path(__FILE__)));
# The batch script's step has no number in its environment; this is the one that Slurm has for it.
our $job_step = ($ENV{SLURM_JOB_ID} // 0) . '.' . ($ENV{SLURM_STEP_ID} // 4294967291);
my $node = $ENV{SLURMD_NODENAME} // 'node';
# One for a step on a node; the real one has it in memory which the step's tasks share.
our $folder = dirname($site) . "/run/pyxis/$<-$job_step-$node";

sub complain { print STDERR "slurmstepd-$node: error: $_\n" for @_ }

sub fail {
  complain(map { "pyxis: $_" } @_);
  complain('spank: required plugin spank_pyxis.so: task_init() failed with rc=-1', 'Failed to invoke spank plugin stack');
  exit 1;
}

sub knob { -e "$site/knobs/$_[0]" || -e "$site/knobs/$_[0].$node" }

# The node's own enroot with the node's settings: those of the job that say where things are do not count.
sub enroot {
  delete $ENV{"ENROOT_$_"} for qw(LIBRARY_PATH SYSCONF_PATH RUNTIME_PATH CACHE_PATH DATA_PATH TEMP_PATH ZSTD_OPTIONS TRANSFER_RETRIES
    CONNECT_TIMEOUT MAX_CONNECTIONS ALLOW_HTTP);
  delete @ENV{qw(LD_LIBRARY_PATH LD_PRELOAD)};
  $ENV{PATH} = '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin';
  exec "$site/bin/enroot", @_ or exit 1;
}

# Adds one to a number in the step's folder and gives the sum; with the lock held.
sub count {
  my $file = "$folder/$_[0]";
  my $number = 0;
  if (open my $old, '<', $file) { $number = <$old> }
  open my $new, '>', $file or die "$file: $!";
  print $new ++$number;
  return $number;
}

sub locked {
  open my $lock, '>>', "$folder/lock" or die "$folder/lock: $!";
  flock $lock, LOCK_EX;
  return $lock;
}

# How many tasks of this step run on this node: 2(x3),1 is 2 on three nodes and 1 on the next.
sub tasks_here {
  my @each = map { /^(\d+)\(x(\d+)\)$/ ? ($1) x $2 : $_ } split /,/, $ENV{SLURM_STEP_TASKS_PER_NODE} // 1;
  return $each[$ENV{SLURM_NODEID} // 0] // 1;
}

1;

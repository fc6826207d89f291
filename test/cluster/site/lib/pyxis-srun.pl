# The Pyxis stand-in's srun: takes the plugin's options out of the command line and has every task start as pyxis-task, which goes inside.
use strict;
use warnings;
use File::Basename;
use Cwd 'abs_path';

my $lib = dirname(abs_path(__FILE__));
my $real = '/usr/bin/srun';

# What follows the option's name in `srun --help`; empty for those without a value.
my %options = (
  image => '[USER@][REGISTRY#]IMAGE[:TAG]|PATH', mounts => 'SRC:DST[:FLAGS][,SRC:DST...]', workdir => 'PATH', name => 'NAME',
  save => 'PATH', env => 'NAME[,NAME...]', unshare => 'NS[,NS...]', 'mount-home' => '', 'remap-root' => '', entrypoint => '',
  'entrypoint-log' => '', writable => '', readonly => '',
);
my %negated = map { ($_ => 1) } qw(mount-home remap-root entrypoint);
# srun's own whose next word is not theirs: everything up to the command has to be told from it.
my %bare = map { ("--$_" => 1) } qw(pty exclusive exact overlap label unbuffered no-kill kill-on-bad-exit immediate quiet verbose
  version usage oversubscribe contiguous overcommit preserve-env quit-on-interrupt disable-status use-min-nodes reboot test-only
  interactive spread-job no-allocate multi-prog x11 propagate nice get-user-env hold join help allocation whole);

sub refuse { print STDERR "srun: error: pyxis: $_\n" for @_; exit 255 }

my (@kept, %plugin, $named, $helped);
my @words = @ARGV;
while (@words) {
  my $word = $words[0];
  last if $word !~ /^-./;
  shift @words;
  last if $word eq '--';
  if ($word =~ /^--(no-)?container-([a-z-]+)(?:=(.*))?$/s && exists $options{$2} && (!$1 || $negated{$2})) {
    my ($negative, $name, $value) = ($1, $2, $3);
    if ($options{$name} ne '') {
      $value = shift @words unless defined $value;
      refuse("--container-$name: argument required") unless length($value // '');
      refuse("--container-$name specified multiple times")
        if $name !~ /^(mounts|env)$/ && defined $plugin{$name} && $plugin{$name} ne $value;
      $value = "$plugin{$name},$value" if defined $plugin{$name} && $name =~ /^(mounts|env)$/;
    } else {
      $value = $negative ? 'n' : 'y';
      refuse("both --container-$name and --no-container-$name were specified") if ($plugin{$name} // $value) ne $value;
    }
    $plugin{$name} = $value;
    next;
  }
  $helped = 1 if $word eq '--help';
  $named = 1 if $word =~ /^(-J|--job-name)/;
  push @kept, $word;
  # -n 4, but not -n4, -l, or -c2
  my $takes = $word =~ /^--/ ? ($word !~ /=/ && !$bare{$word}) : $word =~ /^-[ABcCdDeEGimMnNopPqrtTUwWxJ]$/;
  push @kept, shift @words if $takes && @words;
}

if ($helped) {
  print qx{$real --help};
  print "\nOptions provided by plugins:\n";
  for (sort keys %options) {
    print "      --container-$_", ($options{$_} ne '' ? "=$options{$_}" : ''), "\n                              [pyxis]\n";
    print "      --no-container-$_\n                              [pyxis]\n" if $negated{$_};
  }
  exit 0;
}

for (map { [split /:/, $_, -1] } split /,/, $plugin{mounts} // '', -1) {
  my ($source, $target) = ($_->[0], $_->[1] // $_->[0]);
  refuse('--container-mounts: invalid format: ' . join ':', @$_) unless length($source // '') && length($target // '');
  next if $source =~ m{^[./]} || $source =~ /^(tmpfs|umount)$/;
  refuse('mount source must be a relative path, an absolute path, "tmpfs" or "umount"', "could not add mount entry: $source:$target");
}
refuse('both --container-writable and --container-readonly were specified') if $plugin{writable} && $plugin{readonly};

if (!defined $plugin{image} && !defined $plugin{name}) {
  print STDERR "srun: error: pyxis: ignoring --container-$_ because neither --container-image nor --container-name is set\n" for sort keys %plugin;
  exec $real, @kept, @words;
}
# The step bears the command's name, not ours.
push @kept, '--job-name=' . basename($words[0]) if !$named && @words;
exec $real, @kept, "--task-epilog=$lib/pyxis-epilog", "$lib/pyxis-task", (map { "$_=$plugin{$_}" } sort keys %plugin), '--', @words;

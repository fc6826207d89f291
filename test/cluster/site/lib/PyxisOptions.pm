# The Pyxis stand-in's options, as the real plugin adds them to srun and sbatch: taken out of command lines, checked, and shown by --help.
package PyxisOptions;
use strict;
use warnings;
use Exporter 'import';

our @EXPORT = qw($who %plugin take wanted settings show_help takes_word);

# Whose options they are, and what was given; of an option given twice Slurm hands the last one on, of mounts and variables, too.
our ($who, %plugin) = ('srun');

# What follows the option's name in `srun --help`; empty for those without a value.
my %options = (
  image => '[USER@][REGISTRY#]IMAGE[:TAG]|PATH', mounts => 'SRC:DST[:FLAGS][,SRC:DST...]', workdir => 'PATH', name => 'NAME',
  save => 'PATH', env => 'NAME[,NAME...]', unshare => 'NS[,NS...]', 'mount-home' => '', 'remap-root' => '', entrypoint => '',
  'entrypoint-log' => '', writable => '', readonly => '',
);
my %negated = map { ($_ => 1) } qw(mount-home remap-root entrypoint);
# Slurm's own whose next word is not theirs: everything up to the command has to be told from it.
my %bare = map { ("--$_" => 1) } qw(pty exclusive exact overlap label unbuffered no-kill kill-on-bad-exit immediate quiet verbose
  version usage oversubscribe contiguous overcommit preserve-env quit-on-interrupt disable-status use-min-nodes reboot test-only
  interactive spread-job no-allocate multi-prog x11 propagate nice get-user-env hold join help allocation whole
  parsable requeue no-requeue wait ignore-pbs);

sub refuse { print STDERR "$who: error: $_\n" for @_; exit 255 }

# Whether the word after it is the option's value: -n 4, but not -n4, -l, or -c2.
sub takes_word {
  my ($word) = @_;
  return $word !~ /=/ && !$bare{$word} if $word =~ /^--/;
  return $who eq 'sbatch' ? $word =~ /^-[aAbBcCdDeFGiJLmMnNopqStwx]$/ : $word =~ /^-[ABcCdDeEGimMnNopPqrtTUwWxJ]$/;
}

# Takes the plugin's option away from the beginning of the words, if there is one.
sub take {
  my ($words) = @_;
  return 0 if ($words->[0] // '') !~ /^--(no-)?container-([a-z-]+)(?:=(.*))?$/s || !exists $options{$2} || ($1 && !$negated{$2});
  my ($negative, $name, $value) = ($1, $2, $3);
  shift @$words;
  my $wrong = sub { refuse("pyxis: $_[0]", "Invalid --container-$name argument: " . ($value // '(null)')) };
  if ($options{$name} ne '') {
    $value = shift @$words unless defined $value;
    $wrong->("--container-$name: argument required") unless length($value // '');
    $wrong->("--container-$name specified multiple times")
      if $name !~ /^(mounts|env)$/ && defined $plugin{$name} && $plugin{$name} ne $value;
    check_mounts($value, $wrong) if $name eq 'mounts';
    $plugin{$name} = $value;
  } else {
    my $answer = $negative ? 'n' : 'y';
    $wrong->("both --container-$name and --no-container-$name were specified") if ($plugin{$name} // $answer) ne $answer;
    $plugin{$name} = $answer;
    $wrong->('both --container-writable and --container-readonly were specified') if $plugin{writable} && $plugin{readonly};
  }
  return 1;
}

sub check_mounts {
  my ($mounts, $wrong) = @_;
  for (map { [split /:/, $_, -1] } split /,/, $mounts, -1) {
    my ($source, $target) = ($_->[0], $_->[1] // $_->[0]);
    $wrong->('--container-mounts: invalid format: ' . join ':', @$_) unless length($source // '') && length($target // '');
    next if $source =~ m{^[./]} || $source =~ /^(tmpfs|umount)$/;
    print STDERR "$who: error: pyxis: mount source must be a relative path, an absolute path, \"tmpfs\" or \"umount\"\n";
    $wrong->("could not add mount entry: $source:$target");
  }
}

# Whether a container is asked for; options without one are passed over with a word.
sub wanted {
  return 1 if defined $plugin{image} || defined $plugin{name};
  print STDERR "$who: error: pyxis: ignoring --container-$_ because neither --container-image nor --container-name is set\n" for sort keys %plugin;
  return 0;
}

# What pyxis-task reads.
sub settings { map { "$_=$plugin{$_}" } sort keys %plugin }

sub show_help {
  my ($real) = @_;
  print qx{$real --help};
  print "\nOptions provided by plugins:\n";
  for (sort keys %options) {
    print "      --container-$_", ($options{$_} ne '' ? "=$options{$_}" : ''), "\n                              [pyxis]\n";
    print "      --no-container-$_\n                              [pyxis]\n" if $negated{$_};
  }
  exit 0;
}

1;

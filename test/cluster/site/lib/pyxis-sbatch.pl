# The Pyxis stand-in's sbatch: takes the plugin's options out of the #SBATCH lines and the command line, and hands in a batch script that has
# pyxis-batch put the given one into the container. The script has to be a file: standard input and --wrap go to the real sbatch.
use strict;
use warnings;
use File::Basename;
use Cwd 'abs_path';
use Text::ParseWords;
use lib dirname(abs_path(__FILE__));
use PyxisOptions;

my $lib = dirname(abs_path(__FILE__));
my $real = '/usr/bin/sbatch';
$who = 'sbatch';
# It complains under the name it is called by.
sub really { exec { $real } $who, @_ }

# Where the options end.
my ($at, $named) = (0, 0);
while ($at < @ARGV && $ARGV[$at] =~ /^-./) {
  my $word = $ARGV[$at++];
  last if $word eq '--';
  show_help($real) if $word eq '--help';
  $named = 1 if $word =~ /^(-J|--job-name)/;
  $at++ if takes_word($word);
}
my @typed = @ARGV[0 .. $at - 1];
my ($script, @arguments) = @ARGV[$at .. $#ARGV];
my $file;
really(@ARGV) if !defined $script || !open $file, '<', $script;
my @lines = <$file>;

# Those of the script count first, and the command line may say otherwise. A line with none of ours stays as it is.
my $header = 1;
my @directives;
for (@lines) {
  $header = 0 if /^\s*[^\s#]/;
  next if !$header || !/^#SBATCH(\s.*)/;
  # A bare # ends the line, in the middle of a word too.
  my @words = shellwords($1 =~ s/^((?:[^"'#]|"[^"]*"|'[^']*')*)#.*/$1/r);
  my (@others, $ours);
  while (@words) { if (take(\@words)) { $ours = 1 } else { push @others, shift @words } }
  push @directives, $ours ? map({ '#SBATCH "' . s/(["\\])/\\$1/gr . "\"\n" } @others) : $_;
}
my @kept;
while (@typed) { push @kept, shift @typed unless take(\@typed) }
really(@kept, $script, @arguments) if !wanted();

sub quoted { join ' ', map { "'" . s/'/'\\''/gr . "'" } @_ }

push @kept, '--job-name=' . basename($script) if !$named;
my $text = join '', "#!/bin/sh\n", @directives, 'exec ', quoted("$lib/pyxis-batch"), ' "$0" ', quoted(settings(), '--', @arguments), "\n", "__SCRIPT__\n", @lines;
pipe my $out, my $in or die "pipe: $!";
my $pid = fork // die "fork: $!";
if ($pid == 0) {
  close $out;
  print $in $text;
  exit 0;
}
close $in;
open STDIN, '<&', $out or die "stdin: $!";
really(@kept);

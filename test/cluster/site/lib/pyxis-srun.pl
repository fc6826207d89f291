# The Pyxis stand-in's srun: takes the plugin's options out of the command line and has every task start as pyxis-task, which goes inside.
use strict;
use warnings;
use File::Basename;
use Cwd 'abs_path';
use lib dirname(abs_path(__FILE__));
use PyxisOptions;

my $lib = dirname(abs_path(__FILE__));
my $real = '/usr/bin/srun';

my (@kept, $named, $helped);
my @words = @ARGV;
while (@words && $words[0] =~ /^-./) {
  next if take(\@words);
  my $word = shift @words;
  last if $word eq '--';
  $helped = 1 if $word eq '--help';
  $named = 1 if $word =~ /^(-J|--job-name)/;
  push @kept, $word;
  push @kept, shift @words if takes_word($word) && @words;
}

show_help($real) if $helped;
exec $real, @kept, @words if !wanted();
# The step bears the command's name, not ours.
push @kept, '--job-name=' . basename($words[0]) if !$named && @words;
exec $real, @kept, "--task-epilog=$lib/pyxis-epilog", "$lib/pyxis-task", settings(), '--', @words;

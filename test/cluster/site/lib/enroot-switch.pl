# The last step of the enroot stand-in's start: changes the root, takes the variables of a file for its own, and becomes the image's shell with its /etc/rc.
use strict;
use warnings;
use POSIX ();

my ($root, $variables, $rc, @command) = @ARGV;
my $machine = (POSIX::uname())[4];
# pivot_root, umount2, prctl
my ($PIVOT, $UMOUNT, $PRCTL) = $machine eq 'aarch64' ? (41, 39, 167) : (155, 166, 157);
my ($DETACH, $NO_NEW_PRIVILEGES, $AMBIENT, $CLEAR_ALL) = (2, 38, 47, 4);

sub refuse { print STDERR "enroot-switchroot: $_[0]: $!\n"; exit 1 }

my $as_login = $ENV{ENROOT_LOGIN_SHELL};
open my $lines, '<', $variables or refuse("failed to load environment: $variables");
%ENV = ();
while (<$lines>) { chomp; $ENV{$1} = $2 if /^([^=]+)=(.*)$/s }
close $lines;

my $script = $rc;
my $held;
if ($rc ne '/etc/rc') { open $held, '<', $rc or refuse("failed to read file: $rc"); POSIX::dup2(fileno $held, 9); $script = '/proc/self/fd/9' }

chdir $root or refuse("failed to switch root: $root");
my $here = '.';
syscall($PIVOT, $here, $here) == 0 or refuse("failed to switch root: $root");
syscall($UMOUNT, $here, $DETACH) == 0 or refuse("failed to switch root: $root");
chroot '.' or refuse("failed to switch root: $root");
syscall($PRCTL, $AMBIENT, $CLEAR_ALL, 0, 0, 0);
syscall($PRCTL, $NO_NEW_PRIVILEGES, 1, 0, 0, 0);

# What a login sets where the image does not: the people come from the image's own file.
sub log_in {
  my ($name, $home, $shell) = ('', '', '');
  my (undef, $outside) = do { open my $map, '<', '/proc/self/uid_map' or die; split ' ', <$map> };
  my $login = '';
  if (open my $people, '<', '/etc/passwd') {
    while (<$people>) {
      chomp;
      my @entry = split /:/;
      my $id = $entry[2] // '';
      ($name, $home, $shell) = @entry[0, 5, 6] if $id eq $< && $name eq '';
      $login = $entry[0] if $id eq $outside && $login eq '';
    }
  }
  my %default = (TERM => 'dumb', HOME => $home, SHELL => $shell, USER => $name, LOGNAME => $login,
    PATH => $< == 0 ? '/bin:/usr/bin:/sbin:/usr/sbin' : '/usr/local/bin:/bin:/usr/bin');
  for (keys %default) { $ENV{$_} //= $default{$_} if length $default{$_} }
  umask 022;
  chdir $ENV{HOME} or refuse("failed to change directory: $ENV{HOME}") if length($ENV{HOME} // '');
}

log_in() if $as_login;
my $shell = length($ENV{SHELL} // '') && -x $ENV{SHELL} ? $ENV{SHELL} : '/bin/sh';
my $base = $shell =~ s{.*/}{}r;
if (-e $script) { @command = ($script, @command) }
elsif (@command) { @command = ('-c', 'exec "$@"', $base, @command) }
exec { $shell } ($as_login ? "-$base" : $base), @command or refuse("failed to execute: $shell");

/** The site's own shell text: its environment comes over, nothing else that it does, and nothing at all where it breaks off. */

import { execaSync } from 'execa';
import { describe, expect, test } from 'vitest';
import { remoteText } from '../../src/host/program.ts';
import { SHELLS } from './batch.ts';

describe.each(SHELLS.map((shell) => ({ shell })))('by $shell', ({ shell }) => {
  /** Runs `main SETUP` of this text after lib.sh. */
  const run = (setup: string, main: string) => {
    const [file = '', ...args] = [...shell, '-c', `${remoteText('lib')}\nmain() {\n${main}\n}\nmain "$1"`, 'sh', setup];
    const { stdout, stderr, exitCode } = execaSync(file, args, { cwd: '/usr', input: 'a line\n', reject: false });
    return { stdout, stderr, exitCode };
  };

  test('what a REMOTE_SETUP leaves behind', () => {
    const setup = `echo noise; read -r eaten; cd /; name=theirs; export SITE="it's
two lines" PATH=/added:$PATH CDPATH=/tmp; export UID 2>/dev/null; own() { :; } # the end`;
    const main = `name=ours
      site sbatch "$1"
      read -r next
      printf '%s|' "$name" "$SITE" "$next" "$(pwd)" "$PWD" "\${PATH%%:*}" "\${CDPATH-}"
      command -v own`;
    expect(run(setup, main).stdout).toBe("ours|it's\ntwo lines|a line|/usr|/usr|/added||");
  });

  test.each(['exit 0', 'set -e; false', '. /not/there', 'if', 'false || exit'])('one that breaks off: %s', (early) => {
    const { stdout, stderr, exitCode } = run(
      `export SITE=half\n${early}`,
      'site sbatch "$1"; echo "$?" "${SITE-none}"',
    );
    expect({ stdout, exitCode }).toEqual({ stdout: '78 none', exitCode: 0 });
    expect(stderr).toContain('REMOTE_SETUP ended before its last line');
  });

  test('a return ends the text alone', () => {
    expect(run('export SITE=whole; true || x; return', 'site sbatch "$1"; echo "$?" "$SITE"').stdout).toBe('0 whole');
  });
});

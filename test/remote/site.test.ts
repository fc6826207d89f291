/** The site's own shell text: its environment comes over, and nothing else that it does. */

import { execaSync } from 'execa';
import { expect, test } from 'vitest';
import { remoteText } from '../../src/host/program.ts';
import { SHELLS } from './batch.ts';

test.each(SHELLS.map((shell) => ({ shell })))('by $shell: what a REMOTE_SETUP leaves behind', ({ shell }) => {
  const setup = `echo noise; read -r eaten; cd /; name=theirs; export SITE="it's
two lines" PATH=/added:$PATH; own() { :; }`;
  const program = `${remoteText('lib')}
main() {
  name=ours
  site sbatch "$1"
  read -r next
  printf '%s|' "$name" "$SITE" "$next" "$(pwd)" "$PWD" "\${PATH%%:*}"
  command -v own
}
main "$1"`;
  const [file = '', ...args] = [...shell, '-c', program, 'sh', setup];
  const { stdout } = execaSync(file, args, { cwd: '/usr', input: 'a line\n', reject: false });
  expect(stdout).toBe("ours|it's\ntwo lines|a line|/usr|/usr|/added|");
});

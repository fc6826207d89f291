/** The end of a flow whose last tasks take a while to leave the queue; in the embedded executor. */

import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { find } from '../kit/bare-machine.ts';
import { makeToy } from '../kit/toy.ts';

test('a matrix that is still in the queue when all its cells have left their marks is collected', async () => {
  const environment = { PATH: process.env.PATH };
  const toy = makeToy('REMOTE_HOST=local\nREMOTE_DIR=.cluster\nSCHEDULER=local\nPOLL_INTERVAL=1\n', environment);
  try {
    // A supervisor removes its folder once its mark is written: here that takes longer than it takes a watch to see the mark.
    toy.write('slow/rmdir', `#!/bin/sh\nsleep 2\nexec ${find('rmdir')} "$@"\n`);
    chmodSync(join(toy.root, 'slow/rmdir'), 0o755);
    environment.PATH = `${join(toy.root, 'slow')}:${environment.PATH}`;
    const matrix = 'matrix: {N: [1, 2]}';
    toy.write('slurm/flows/f.yaml', `jobs: [{name: m, command: "echo $N >$RESULTS_DIR/n", ${matrix}}]\n`);
    const ended = await toy.json('slurm-flow-full', { FLOW: 'f' });
    expect(ended.exit, `${ended.stderr}${ended.stdout}`).toBe(0);
    expect(toy.read('results/f/m/1_2/n')).toBe('2\n');
  } finally {
    toy.remove();
  }
});

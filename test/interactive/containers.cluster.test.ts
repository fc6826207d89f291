/** slurm-shell in containers: of Pyxis and enroot, which are stand-ins, and of apptainer. */

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { clusterUnavailable } from '../cluster/cluster.ts';
import { type Contained, contained } from '../kit/contained.ts';
import { type Knob, turn } from '../kit/containers.ts';
import { sitDown, UNTIL_INTERRUPTED } from '../kit/terminal.ts';

const WORDS = { '/opt/word': 'in the image\n' };
const profile = (more: string) =>
  `COMMAND=false\nCODE_FILES=code/\nRESULTS_PULL=out/\nSECRETS=TOKEN\n${more}\n[env]\nGREETING="hello  there"\n`;

describe.skipIf(clusterUnavailable())('a shell in a container', () => {
  let our: Contained;
  const undo: (() => void)[] = [];
  const turned = (knob: Knob) => undo.push(turn(our.cluster, knob));

  beforeAll(async () => {
    our = await contained();
    await our.managed('main', 'b'.repeat(32), { env: { TOKEN: 'image', GREETING: 'image' }, files: WORDS });
    await our.managed('plain', 'c'.repeat(32), { bash: false, files: WORDS });
    const { path } = await our.file('own.sqsh', { files: WORDS });
    our.toy.write('.env', "TOKEN=it's $(a) secret\n");
    our.toy.write('code/word.txt', 'word\n');
    our.toy.profile('pyxis', profile('CONTAINER=main\nSBATCH_NTASKS=2'));
    our.toy.profile('bashless', profile('CONTAINER=plain'));
    our.toy.profile('apptainer', profile(`CONTAINER=${path}\nCONTAINER_RUNTIME=apptainer\nSBATCH_NTASKS=2`));
  });
  afterEach(() => {
    for (const back of undo.splice(0)) back();
  });
  afterAll(() => our?.remove());

  test.each(['pyxis', 'apptainer', 'bashless'])('%s: CMD, in /workspace, with the variables', async (name) => {
    const CMD = 'cat /opt/word code/word.txt; pwd; mkdir out; echo "$GREETING/$TOKEN" >out/said; exit 9';
    const { exit, stdout, stderr } = await our.toy.make('slurm-shell', { PROFILE: name, CMD });
    expect([exit, stdout], stderr).toEqual([9, 'in the image\nword\n/workspace']);
    expect(our.toy.read('out/said')).toBe("hello  there/it's $(a) secret\n");
    expect(await our.runs()).toBe('');
  });

  test.each(['pyxis', 'apptainer', 'bashless'])('%s: a shell on the terminal', async (name) => {
    const seat = await sitDown(our.toy, our.cluster.env(), 'slurm-shell', { PROFILE: name });
    // busybox asks the terminal where its cursor is.
    await seat.shows(/[$#>] (\x1b\[6n)?$/);
    seat.type('PS1="ready> "\r');
    await seat.shows(/\nready> (\x1b\[6n)?$/);
    seat.type('until size=$(stty size); [ "$size" = "31 101" ]; do sleep 1; done; echo "$size"; cat /opt/word\r');
    await seat.resizeUntil(/\n31 101\r\nin the image\r/, 101, 31);
    seat.type(`${UNTIL_INTERRUPTED}\r`);
    await seat.shows(/\narmed\r/);
    seat.type('\x03');
    await seat.shows(/\nready> (\x1b\[6n)?$/);
    seat.type(`mkdir out; echo ${name} >out/shell; exit\r`);
    expect(await seat.ended, seat.seen()).toBe(0);
    expect(our.toy.read('out/shell')).toBe(`${name}\n`);
    expect(await our.runs()).toBe('');
  });

  test('whose node lacks the plugin never runs outside, and says so', async () => {
    turned('no-pyxis-on-nodes');
    const ended = await our.toy.json('slurm-shell', { PROFILE: 'pyxis', CMD: 'echo outside >&2' });
    expect(ended.exit, ended.stderr).toBeGreaterThan(0);
    expect(ended.stderr).toMatch(/outside its container/);
    expect(ended.stderr).not.toMatch(/^outside$/m);
    expect(await our.runs()).toBe('');
  });

  test('that was never started, though srun says 0, is no success', async () => {
    turned('no-pyxis-runtime');
    const ended = await our.toy.json('slurm-shell', { PROFILE: 'pyxis', CMD: 'true' });
    expect(ended.exit, ended.stderr).toBe(1);
    expect(ended.stderr).toMatch(/nothing ran in the container/);
  });

  test('of an image that is not there is refused before anything is sent', async () => {
    our.toy.profile('none', profile('CONTAINER=/nowhere/x.sqsh'));
    const ended = await our.toy.json('slurm-shell', { PROFILE: 'none', CMD: 'true' });
    expect([ended.exit, ended.json.problems[0].kind]).toEqual([2, 'image-missing']);
    expect(await our.runs()).toBe('');
  });
});

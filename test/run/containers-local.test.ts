/** Image files at a push on this very machine: the same refusals without ssh, and what the run keeps of the image. */

import { readdirSync, readFileSync, readlinkSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FlowDocument, standings } from '../kit/flows.ts';
import { makeToy, type Toy, until } from '../kit/toy.ts';

let toy: Toy;
beforeAll(() => {
  toy = makeToy('REMOTE_HOST=local\nREMOTE_DIR=.cluster\nSCHEDULER=local\n');
});
afterAll(() => toy.remove());

/** What a .sif file begins with, and where it says that its data ends. */
function sif(size: number, ends: number): Buffer {
  const bytes = Buffer.alloc(size);
  bytes.write('#!/usr/bin/env run-singularity\n');
  bytes.write('SIF_MAGIC', 32);
  bytes.writeBigUInt64LE(200n, 112);
  bytes.writeBigUInt64LE(BigInt(ends - 200), 120);
  return bytes;
}

const push = (container: string) => {
  toy.profile('p', `COMMAND=true\nCONTAINER=${container}\n`);
  return toy.json('slurm-push', { PROFILE: 'p' });
};

test('an image that is not there, is none, or is cut short', async () => {
  toy.write('.cluster/half.sif', sif(300, 301));
  toy.write('.cluster/text.sif', 'text\n');
  const kinds = await Promise.all(
    ['none.sif', 'half.sif', 'text.sif'].map(async (name) => {
      const own = makeToy(`REMOTE_HOST=local\nREMOTE_DIR=${toy.root}/.cluster\nSCHEDULER=local\n`);
      own.profile('p', `COMMAND=true\nCONTAINER=${name}\nDATA_FILES=data/\n`);
      own.write('data/x', 'x');
      const { exit, json } = await own.json('slurm-push', { PROFILE: 'p' });
      own.remove();
      return [exit, json.problems[0].kind];
    }),
  );
  expect(kinds).toEqual([
    [2, 'image-missing'],
    [2, 'image-broken'],
    [2, 'image-broken'],
  ]);
  expect(toy.has('.cluster/data/x')).toBe(false);
});

test('the run keeps which one it was', async () => {
  toy.write('.cluster/a "b"/whole.sif', sif(300, 300));
  const { exit, json, stderr } = await push('a "b"/whole.sif');
  expect(exit, stderr + JSON.stringify(json.problems)).toBe(0);
  const file = realpathSync(join(toy.root, '.cluster/a "b"/whole.sif'));
  expect(readlinkSync(join(json.runDir, '.slurm-runner/image'))).toBe(file);
  const manifest = JSON.parse(readFileSync(join(json.runDir, '.slurm-runner/manifest.json'), 'utf8'));
  expect(manifest.image).toEqual({ path: file, ...json.image });
  expect(json.image).toEqual({ digest: expect.stringMatching(/^sha256:[\da-f]{64}$/) });
  expect(readFileSync(join(json.runDir, '.slurm-runner/identity'), 'utf8')).toBe('-\n');
});

test('the jobs of a flow may be in images of their own, and the run keeps them all', async () => {
  toy.write('.cluster/one.sif', sif(300, 300));
  toy.write(".cluster/two it's.sif", sif(301, 301));
  const flow = (second: string) => `jobs:
  - {name: a, command: [ls], environment: {container: one.sif}}
  - {name: b, command: [ls], environment: {container: "${second}"}}
  - {name: c, command: [ls], environment: {container: one.sif}}
`;
  toy.write('slurm/flows/f.yaml', flow('none.sif'));
  const refused = await toy.json('slurm-flow', { FLOW: 'f', HOLD: '1' });
  expect(refused.exit).toBe(2);
  expect(refused.json.problems).toMatchObject([
    {
      kind: 'image-missing',
      path: `${realpathSync(toy.root)}/.cluster/none.sif`,
      place: { file: 'slurm/flows/f.yaml', line: 3 },
    },
  ]);
  toy.write('slurm/flows/f.yaml', flow("two it's.sif"));
  const { exit, json, stderr } = await toy.json('slurm-flow', { FLOW: 'f', HOLD: '1' });
  expect(exit, stderr + JSON.stringify(json.problems)).toBe(0);
  const kept = join(json.runDir, '.slurm-runner');
  const links = readdirSync(kept).filter((name) => name.startsWith('image'));
  const files = ['one.sif', "two it's.sif"].map((name) => realpathSync(join(toy.root, '.cluster', name)));
  expect(links.map((name) => readlinkSync(join(kept, name))).sort()).toEqual(files);
  const manifest = JSON.parse(readFileSync(join(kept, 'manifest.json'), 'utf8'));
  expect(links.map((name) => manifest[name])).toEqual(
    links.map((name) => ({ path: readlinkSync(join(kept, name)), digest: expect.stringMatching(/^sha256:/) })),
  );
  const usedBy = await toy.json('slurm-image-list');
  expect(usedBy.exit, usedBy.stderr).toBe(0);
  expect((await toy.json('slurm-flow-cancel', { FLOW: 'f' })).exit).toBe(0);
});

test('a job whose image has changed is not run again while others are alive, unless it is pinned, too', async () => {
  toy.write('.cluster/one.sif', sif(300, 300));
  toy.write('.cluster/two.sif', sif(301, 301));
  const flow = (second: string) => `jobs:
  - {name: long, command: 'n=0; until [ -e go ] || [ $n -gt 3000 ]; do n=$((n+1)); sleep 0.1; done'}
  - {name: b, command: [ls], environment: {container: ${second}}}
  - {name: c, command: [ls], environment: {container: one.sif}}
`;
  toy.write('slurm/flows/g.yaml', flow('one.sif'));
  const { json } = await toy.json('slurm-flow', { FLOW: 'g' });
  toy.write('slurm/flows/g.yaml', flow('two.sif'));
  await until('both have failed', async () => {
    const { jobs } = (await toy.json('slurm-flow-status', { FLOW: 'g' })).json as unknown as FlowDocument;
    const { b, c } = standings({ jobs });
    return b === 'failed' && c === 'failed';
  });
  const refused = await toy.json('slurm-flow', { FLOW: 'g', ONLY: 'c', YES: '1' });
  expect([refused.exit, refused.json.problems[0]]).toMatchObject([4, { kind: 'flow-changed', jobs: ['long'] }]);
  const forced = await toy.json('slurm-flow', { FLOW: 'g', ONLY: 'c', YES: '1', FORCE: '1' });
  expect(forced.exit, forced.stderr).toBe(0);
  const links = readdirSync(join(json.runDir, '.slurm-runner')).filter((name) => name.startsWith('image'));
  expect(links).toHaveLength(3);
  writeFileSync(join(json.runDir, 'go'), '');
  const ended = await toy.json('slurm-flow-watch', { FLOW: 'g' });
  expect(standings(ended.json as unknown as FlowDocument).long).toBe('done');
});

/** Flows whose jobs are in images of their own, on the real cluster with stand-ins for Pyxis and enroot. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clusterUnavailable } from '../cluster/cluster.ts';
import { type Contained, contained } from '../kit/contained.ts';
import { startRegistry } from '../kit/containers.ts';
import { type FlowDocument, standings } from '../kit/flows.ts';

const words = (word: string) => ({ files: { '/opt/word': `${word}\n` } });

describe.skipIf(clusterUnavailable())('a flow whose jobs are in images of their own', () => {
  let our: Contained;
  const undo: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    our = await contained();
  });
  afterAll(async () => {
    for (const back of undo) await back();
    await our?.remove();
  });

  const good = async (target: string, variables: Record<string, string> = {}) => {
    const { exit, json, stderr } = await our.toy.json(target, variables);
    expect(exit, `${target}: ${stderr}${JSON.stringify(json.problems)}`).toBe(0);
    return json;
  };

  test('each is in its own, also when part of it runs again; none of them is removed meanwhile', async () => {
    const one = await our.managed('one', 'a'.repeat(32), words('one'));
    const two = await our.managed('two', 'b'.repeat(32), words('two'));
    const registry = await startRegistry(our.cluster);
    undo.push(() => registry.stop());
    await registry.push('team/x:v1', words('registry'));
    our.toy.profile('two', `COMMAND='cp /opt/word two'\nCONTAINER=two\nRESULTS_PULL=two\n`);
    const inside = (image: string) => `environment: {container: "${image}"}`;
    our.toy.write(
      'slurm/flows/f.yaml',
      `results_pull: [one, two, all]
jobs:
  - {name: one, command: cp /opt/word one, ${inside('one')}}
  - {name: two, profile: two, depends_on: [one]}
  - {name: far, command: cp /opt/word far, ${inside(`${registry.address}#team/x:v1`)}, depends_on: [one]}
  - {name: none, command: 'cat one two far >all; [ ! -e /opt/word ]', depends_on: [two, far]}
`,
    );
    const { runDir } = await good('slurm-flow', { FLOW: 'f' });
    await good('slurm-flow-watch', { FLOW: 'f' });
    expect(await our.asUser(`cat ${runDir}/all`)).toBe('one\ntwo\nregistry');
    expect((await our.asUser(`readlink ${runDir}/.slurm-runner/image-*`)).split('\n').sort()).toEqual(
      [one.path, two.path].sort(),
    );

    // A newer one in its place; what runs again runs in that, and what an older one is kept for goes by the runs that are there.
    const newer = await our.managed('two', 'c'.repeat(32), words('newer'));
    const removed = async () => (await good('slurm-image-clean', { YES: '1' })).removed;
    expect(await removed()).toEqual([]);
    await good('slurm-flow', { FLOW: 'f', FROM: 'two', YES: '1' });
    const ended = await good('slurm-flow-watch', { FLOW: 'f' });
    expect(standings(ended as unknown as FlowDocument)).toEqual({
      one: 'done',
      two: 'done',
      far: 'done',
      none: 'done',
    });
    await good('slurm-flow-collect', { FLOW: 'f' });
    expect(our.toy.read('all')).toBe('one\nnewer\nregistry\n');
    expect(newer.path).not.toBe(two.path);
  });

  test('one in another image than its own has not run', async () => {
    await our.managed('one', 'a'.repeat(32), words('one'));
    const other = await our.managed('other', 'b'.repeat(32), words('other'));
    our.toy.write(
      'slurm/flows/g.yaml',
      `jobs:
  - {name: one, command: touch ran, environment: {container: one}}
  - {name: other, command: touch too, environment: {container: other}}
`,
    );
    const { runDir } = await good('slurm-flow', { FLOW: 'g', HOLD: '1' });
    const swap = `for link in ${runDir}/.slurm-runner/image-*; do ln -sfn ${other.path} $link; done`;
    await our.asUser(swap);
    await good('slurm-release', { FLOW: 'g' });
    const { exit, stdout } = await our.toy.make('slurm-flow-watch', { FLOW: 'g' });
    expect([exit, stdout]).toEqual([1, expect.stringContaining('it was put into another image than its own')]);
    expect(await our.asUser(`ls ${runDir} | grep -e ran -e too`)).toBe('too');
  });
});

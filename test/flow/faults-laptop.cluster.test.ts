/** Flows and the laptop: its commands die at any moment, another one takes over, two hundred jobs go through one slow session. */

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openLaptop } from '../bench/laptop.ts';
import { type CallCounter, clusterUnavailable, ensureCluster, type TestCluster } from '../cluster/cluster.ts';
import { beginnings, flowText, wideGraph } from '../kit/flow-jobs.ts';
import { allIsWell, type FlowScene, flowScene } from '../kit/flow-scene.ts';
import { type FlowToyOptions, flowToy, standings } from '../kit/flows.ts';
import { lanes, seeded } from '../kit/scene.ts';
import type { Running } from '../kit/toy.ts';

const SEED = Number(process.env.FAULTS_SEED ?? 20_261_122);

/** make, node, ssh and rsync at once, as when a terminal is closed or the power goes. */
function killGroup(running: Running): void {
  try {
    process.kill(-(running.pid as number), 'SIGKILL');
  } catch {} // it has ended
}

describe.skipIf(clusterUnavailable())('a flow and its laptop', () => {
  let cluster: TestCluster;
  let sbatch: CallCounter;
  const open: (() => Promise<unknown>)[] = [];
  const make = async (options: FlowToyOptions = {}): Promise<FlowScene> => {
    const made = await flowScene(cluster, options);
    open.push(made.remove);
    return made;
  };

  beforeAll(async () => {
    cluster = await ensureCluster();
    sbatch = await cluster.countCalls('srt-bash', ['sbatch']);
  });
  beforeEach(() => sbatch.reset());
  afterAll(async () => {
    await sbatch?.stop();
    for (const close of open.reverse()) await close();
  });

  test('it dies at random moments of start, full and collect', async () => {
    const random = seeded(SEED);
    const scenes = await Promise.all([1, 2, 3].map(() => make()));
    const targets = ['slurm-flow', 'slurm-flow-full', 'slurm-flow-collect'] as const;
    const rounds = Array.from({ length: 4 }, (_, round) => ({ target: targets[round % 3] as string, part: random() }));
    let finished = 0;
    await lanes(scenes, rounds, async (our, { target, part }) => {
      const word = `${target} killed at ${part.toFixed(3)}`;
      our.wish(word);
      if (target === 'slurm-flow-collect') {
        await our.good('slurm-flow', { YES: '1' });
        await our.good('slurm-flow-watch');
      }
      const running = our.begin(target, { YES: '1' });
      const timer = setTimeout(() => killGroup(running), 150 + part * (target === 'slurm-flow-full' ? 3000 : 1200));
      if ((await running).exitCode === 0) finished += 1;
      clearTimeout(timer);
      await our.threeMinutesLater();
      if (our.isHome(word) && !our.toy.has('slurm/jobs/flow@f.rundir')) return;
      const steps = await our.carryOn(word);
      if (target === 'slurm-flow-collect') expect(steps.join()).not.toContain('slurm-flow FLOW');
    });
    console.log(
      `faults: ${rounds.length} flow commands killed (${finished} had finished), seed ${SEED}: ${await allIsWell(scenes, sbatch)}`,
    );
  });

  test('another laptop finds it, sees it to its end and collects it', async () => {
    const one = await make();
    one.wish('elsewhere');
    const { runDir } = await one.good('slurm-flow');
    const two = await make({ remoteDir: one.remoteDir });
    const { json } = await two.toy.json('slurm-recover');
    expect(json.recovered).toMatchObject([{ id: 'flow@f', action: 'restored' }]);
    expect(two.toy.read('slurm/jobs/flow@f.rundir').trim()).toBe(runDir);
    // The flow's file may have gone: the run knows what it was.
    two.toy.write('slurm/flows/f.yaml', flowText({ other: [] }));
    await two.good('slurm-flow-watch');
    const seen = await two.good('slurm-flow-status');
    expect(standings(seen)).toEqual({ a: 'done', b: 'done', c: 'done', d: 'done', e: 'done' });
    expect((await two.good('slurm-flow-collect')).removed).toBe(true);
    expect(two.isHome('elsewhere')).toBe(true);
    expect((await one.json('slurm-flow-status')).json.problems).toMatchObject([{ kind: 'run-gone' }]);
    expect((await one.toy.json('slurm-recover')).json.recovered).toMatchObject([{ action: 'forgotten' }]);
    await allIsWell([one], sbatch);
  });

  test('two of them run part of it again at the same moment: it runs once', async () => {
    const one = await make();
    one.wish('again');
    await one.good('slurm-flow');
    await one.good('slurm-flow-watch');
    const two = await make({ remoteDir: one.remoteDir });
    two.wish('again');
    await two.toy.json('slurm-recover');
    sbatch.reset();
    const all = <T>(what: (our: FlowScene) => Promise<T>) => Promise.all([one, two].map(what));
    // So that nobody sees it ended, and may run it once more.
    await all((our) => our.tell('touch wait.d'));
    const said = await all((our) => our.json('slurm-flow', { FROM: 'd', YES: '1' }));
    const exits = said.map(({ exit }) => exit).sort();
    expect(exits[0], said.map(({ stdout }) => stdout).join('\n')).toBe(0);
    expect([0, 4]).toContain(exits[1]);
    await all((our) => our.tell('rm wait.d'));
    await two.good('slurm-flow-watch');
    expect(sbatch.count('sbatch')).toBe(2);
    expect(beginnings((await all((our) => our.notes())).flat())).toEqual({ a: 1, b: 1, c: 1, d: 2, e: 2 });
  });

  test('two hundred jobs over a link of 50 ms: one session for the code, one for all jobs, one for all that is known of them', async () => {
    const link = await cluster.link({ delayMs: 50 });
    const laptop = openLaptop(cluster);
    const our = await flowToy(cluster, { link, environment: laptop.env });
    open.push(our.remove, link.close, laptop.disconnect);
    const graph = wideGraph(200);
    our.toy.write('slurm/flows/f.yaml', flowText(graph));
    const cost = async (target: string, variables: Record<string, string> = {}) => {
      laptop.reset();
      link.proxy.resetCounters();
      const began = performance.now();
      const document = await our.good(target, variables);
      const spent = { connections: link.proxy.connections(), sessions: laptop.sessions() };
      console.log(`${target} of 200 jobs: ${Math.round(performance.now() - began)} ms, ${JSON.stringify(spent)}`);
      return { document, spent };
    };
    const { document, spent } = await cost('slurm-flow', { HOLD: '1' });
    expect(spent).toEqual({ connections: 1, sessions: 2 });
    const rows = await our.queue();
    expect(rows.map(({ job }) => job).sort()).toEqual(Object.keys(graph).sort());
    expect(sbatch.count('sbatch')).toBe(200);
    const ids = new Map(document.submitted.map(({ job, jobId }) => [job, jobId]));
    for (const { job, id, after } of rows) {
      expect(id).toBe(ids.get(job));
      const parents = graph[job]?.map((parent) => `afterok:${ids.get(parent)}`) ?? [];
      expect(
        after === '(null)'
          ? []
          : after
              .replaceAll(/\(\w+\)/g, '')
              .split(',')
              .sort(),
      ).toEqual(parents.sort());
    }
    const status = await cost('slurm-flow-status');
    expect(status.spent).toEqual({ connections: 0, sessions: 1 });
    expect(status.document.counts).toMatchObject({ held: 10, waiting: 190, unknown: 0, 'not-submitted': 0 });
    expect((await our.good('slurm-flow-cancel', { YES: '1' })).jobs).toHaveLength(200);
    const states = new Set((await our.queue()).map(({ state }) => state));
    expect([...states]).toEqual(['CANCELLED']);
    expect(await our.notes()).toEqual([]);
  });
});

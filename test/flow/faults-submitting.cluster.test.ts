/** Flows whose submission breaks over there: sbatch answers late, wrongly or not at all, what calls it dies, the link is cut, two are at it. */

import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  type CallCounter,
  clusterUnavailable,
  ensureCluster,
  type Link,
  type TestCluster,
} from '../cluster/cluster.ts';
import { allIsWell, type FlowScene, flowScene } from '../kit/flow-scene.ts';
import type { FlowToyOptions } from '../kit/flows.ts';
import { lanes } from '../kit/scene.ts';
import { namedIn } from '../kit/sweep-scene.ts';
import { until } from '../kit/toy.ts';

/** In a wrapper over there: ends the program that called it, with all that this has started. */
const DIE = 'kill -s KILL -- -$(cut -d " " -f 5 /proc/$$/stat)';
/** The same of sbatch, for once, and three minutes later: before that somebody might still be waiting for its answer. */
const LONG_DEAD = `for file; do :; done
  died=\${file%/.slurm-runner/*}/died
  [ ! -e "$died" ] || exec "$REAL" "$@"
  : >"$died"; echo $(($(date +%s) - 200)) >"\${file%/job.sh}/intent"; ${DIE}`;
const TIMED_OUT =
  'echo "sbatch: error: Batch job submission failed: Socket timed out on send/recv operation" >&2; exit 1';
const REFUSED = 'echo "sbatch: error: Batch job submission failed: Invalid qos specification" >&2; exit 1';

/** The same once more after it was submitted, where a full disk has kept neither its id nor the next claim. */
const ALL_FULL = LONG_DEAD.replace(
  ': >',
  `"$REAL" "$@" >/dev/null; at=\${file%/job.sh}; : >"$at/job_id"; : >"\${at%/*}/array-$((\${at##*-} + 1))"; : >`,
);

/** It goes on when the link is cut; not for ever, should the test fail. */
const UNTIL_CUT = `: >"$HOME/out"; n=0
  while [ -e "$HOME/out" ] && [ $n -lt 300 ]; do n=$((n + 1)); sleep 0.1; done
  out=$("$REAL" "$@"); sleep 1; echo "$out"`;

interface Way {
  word: string;
  command?: 'scontrol';
  /** What becomes of the third sbatch of five, or of the release. */
  script: string;
  /** 0 where the command went on by itself. */
  exits: number[];
}

const WAYS: Way[] = [
  { word: 'timed out, though submitted', script: `"$REAL" "$@" >/dev/null; ${TIMED_OUT}`, exits: [0] },
  { word: 'refused', script: REFUSED, exits: [2] },
  { word: 'all killed before', script: LONG_DEAD, exits: [0] },
  { word: 'all killed after', script: LONG_DEAD.replace(': >', '"$REAL" "$@"; : >'), exits: [0] },
  { word: 'all killed after, the disk full', script: ALL_FULL, exits: [0] },
  { word: 'all killed before the release', command: 'scontrol', script: DIE, exits: [3] },
  { word: 'all killed after the release', command: 'scontrol', script: `"$REAL" "$@"; ${DIE}`, exits: [0, 3] },
  { word: 'the link cut', script: UNTIL_CUT, exits: [3] },
];

describe.skipIf(clusterUnavailable())('a flow whose submission breaks', () => {
  let cluster: TestCluster;
  let sbatch: CallCounter;
  let link: Link;
  const open: (() => Promise<unknown>)[] = [];
  const make = async (options: FlowToyOptions = {}): Promise<FlowScene> => {
    const made = await flowScene(cluster, options);
    open.push(made.remove);
    return made;
  };

  beforeAll(async () => {
    cluster = await ensureCluster();
    link = await cluster.link();
    sbatch = await cluster.countCalls('srt-bash', ['sbatch']);
    open.push(link.close, sbatch.stop);
  });
  beforeEach(() => sbatch.reset());
  afterAll(async () => {
    for (const close of open.reverse()) await close();
  });

  /** Puts each way at work in its own project; gives what undoes that. */
  async function broken(scenes: readonly FlowScene[]): Promise<() => Promise<void>> {
    const cases = (command: Way['command'], pattern: (run: string) => string): string =>
      WAYS.flatMap((way, at) =>
        way.command === command ? [`${pattern(`'${scenes[at]?.remoteDir}/'`)}) ${way.script} ;;`] : [],
      ).join('\n');
    const undo = await Promise.all([
      cluster.wrap(
        'srt-bash',
        'sbatch',
        `case "$* $*" in ${cases(undefined, (run) => `*=c.flow@f-*${run}*`)}\n*) exec "$REAL" "$@" ;; esac`,
      ),
      cluster.wrap(
        'srt-bash',
        'scontrol',
        `run=; [ "$1" != release ] || run=$(squeue -h -j "\${2%%,*}" -o %Z)/
        case $run in ${cases('scontrol', (run) => `${run}*`)}\n*) exec "$REAL" "$@" ;; esac`,
      ),
    ]);
    return async () => {
      for (const one of undo) await one();
    };
  }

  test('at the third of five jobs, and at the release', async () => {
    const scenes = await Promise.all(WAYS.map(({ word }) => make(word === 'the link cut' ? { link } : {})));
    const mend = await broken(scenes);
    const flag = join(cluster.home('srt-bash'), 'out');
    const cut = until('sbatch is out', () => existsSync(flag)).then(async () => {
      await link.proxy.cut();
      rmSync(flag);
    });
    const ends = await Promise.all(
      scenes.map((our, at) => {
        our.wish(WAYS[at]?.word as string);
        return our.toy.make('slurm-flow', { FLOW: 'f' });
      }),
    );
    await cut;
    await link.proxy.restore();
    await mend();
    await lanes([1, 2, 3], scenes, async (_, our) => {
      const { word, exits } = WAYS[scenes.indexOf(our)] as Way;
      const { exit, stdout, stderr } = ends[scenes.indexOf(our)] as (typeof ends)[number];
      expect(exits, `${word}: ${stdout}${stderr}`).toContain(exit);
      // As long as it is not whole nothing of it runs.
      if (exit > 0 && !/after the release|link/.test(word)) expect(await our.notes(), word).toEqual([]);
      if (exit === 2) {
        expect(stderr).toMatch(/\bc\b.*Invalid qos/s);
        const states = (await our.queue()).map(({ job, state }) => `${job} ${state}`);
        expect(states.sort()).toEqual(['a CANCELLED', 'b CANCELLED']);
      }
      await our.threeMinutesLater();
      let next = namedIn(exit === 0 ? stdout : stderr);
      if (word === 'all killed before the release') {
        // Two go on with it at once.
        const both = await Promise.all([1, 2].map(() => our.json('slurm-flow', { YES: '1' })));
        for (const one of both) expect([0, 4], one.stdout).toContain(one.exit);
        next = 'make slurm-flow-watch FLOW=f';
      }
      const typed = await our.carryOn(word, next);
      // It is gone on with, in the same run.
      expect(new Set((await our.notes()).map(({ run }) => run)).size, `${word}: ${typed.join('; ')}`).toBe(1);
    });
    console.log(`faults: a flow's submission broken in ${WAYS.length} ways: ${await allIsWell(scenes, sbatch)}`);
  });

  test('cancelled while it is being submitted: nothing of it runs', async () => {
    const our = await make();
    our.wish('cancelled');
    const [out, go] = ['asked', 'go'].map((name) => join(cluster.home('srt-bash'), name)) as [string, string];
    const held = `: >${out}; until [ -e ${go} ]; do sleep 0.1; done; exec "$REAL" "$@"`;
    const mend = await cluster.wrap(
      'srt-bash',
      'sbatch',
      `case "$* $*" in *=c.flow@f-*'${our.remoteDir}/'*) ${held} ;; *) exec "$REAL" "$@" ;; esac`,
    );
    const started = our.json('slurm-flow');
    await until('the third sbatch is out', () => existsSync(out));
    expect((await our.json('slurm-flow-cancel')).exit).toBe(0);
    await cluster.asUser('srt-bash', `: >${go}`);
    const { exit, stdout } = await started;
    expect(exit, stdout).toBe(4);
    expect(stdout).toContain('flow-cancelled');
    await mend();
    rmSync(out);
    rmSync(go);
    expect(await our.notes()).toEqual([]);
    const states = (await our.queue()).map(({ job, state }) => `${job} ${state}`);
    expect(states.sort()).toEqual(['a CANCELLED', 'b CANCELLED', 'c CANCELLED']);
  });

  test('started twice at once: one starts it, the other is told', async () => {
    const our = await make();
    our.wish('twice');
    const both = await Promise.all([1, 2].map(() => our.json('slurm-flow')));
    expect(both.map(({ exit }) => exit).sort(), both.map(({ stdout }) => stdout).join()).toEqual([0, 4]);
    await our.carryOn('twice', 'make slurm-flow-watch FLOW=f');
    await allIsWell([our], sbatch);
  });
});

/** A re-push of 5,000 files after a one-line change: bytes on the link against the first push's, and time against rsync's own. */

import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import type { TestCluster } from '../cluster/cluster.ts';
import { makeToy } from '../kit/toy.ts';
import { openLaptop } from './laptop.ts';
import { alternately, ms, type Row, timed, times } from './measure.ts';

const FILES = 5000;
const ROUNDS = 3;

export async function measureRepush(cluster: TestCluster): Promise<Row[]> {
  const link = await cluster.link();
  const laptop = openLaptop(cluster, false);
  const remoteDir = cluster.remoteDir();
  const toy = makeToy(`REMOTE_HOST=${link.host}\nREMOTE_DIR=${remoteDir}\n`, laptop.env);
  for (let at = 0; at < FILES; at++) toy.write(`code/part_${at % 50}/module_${at}.py`, source(at));
  toy.profile('big', 'COMMAND=true\nCODE_FILES=code/\n');
  const socket = join(laptop.env.HOME as string, '.ssh', 'plain');
  const shell = (...words: string[]) => execa(words[0] as string, words.slice(1), { cwd: toy.root, env: laptop.env });
  /** Gives the bytes that went up and down. */
  const push = async (): Promise<number> => {
    link.proxy.resetCounters();
    const ended = await toy.make('slurm-push', { PROFILE: 'big', YES: '1' });
    if (ended.exit !== 0) throw new Error(ended.stderr);
    const { up, down } = link.proxy.bytes();
    return up + down;
  };
  const plain = () => shell('rsync', '-a', '-e', `ssh -S ${socket}`, 'code', `${link.host}:${remoteDir}/plain/`);

  const first = await push();
  await shell('ssh', '-fNM', '-S', socket, link.host);
  await plain();
  let most = 0;
  const change = (round: number) => appendFileSync(join(toy.root, 'code/part_7/module_7.py'), `changed = ${round}\n`);
  const taken = await alternately(ROUNDS, {
    minimum: async (round) => {
      change(round);
      return timed(plain);
    },
    ours: async (round) => {
      change(round);
      return timed(async () => {
        most = Math.max(most, await push());
      });
    },
  });
  await laptop.disconnect();
  await link.close();
  await cluster.asUser('srt-bash', `rm -rf '${remoteDir}'`);
  toy.remove();
  const share = most / first;
  return [
    {
      what: `re-push of ${FILES} files after one line changed, bytes`,
      ...{ ours: kilobytes(most), minimum: `first: ${kilobytes(first)}`, ratio: `${(share * 100).toFixed(2)} %` },
      ...{ target: '< 2 %', good: share < 0.02 },
    },
    {
      what: '  time, against rsync -a of the same into one folder',
      ...{ ours: ms(taken.ours), minimum: ms(taken.minimum), ratio: times(taken.ours, taken.minimum) },
      ...{ target: '', good: true },
    },
  ];
}

/** About 10 kB of text that compresses like code, no two files the same; the same on every run. */
export function source(seed: number): string {
  let state = seed * 2654435761 + 1;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state;
  };
  let text = '';
  while (text.length < 10_000)
    text += `value_${(next() >>> 8).toString(36)} = compute(${next() >>> 12}, scale=${next() >>> 24})\n`;
  return text;
}

const kilobytes = (bytes: number): string => `${Math.round(bytes / 1000)} kB`;

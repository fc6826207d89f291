/** The embedded executor by itself: its functions, called as the programs of src/remote call them, by the shells and tools of different machines. */

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { programText, remoteText } from '../../src/host/program.ts';
import { accountRow, queueRow, SEPARATOR } from '../../src/scheduler/rows.ts';
import { EXECUTOR, FILES } from '../../src/scheduler/scheduler.ts';
import { hasEnded, parseState } from '../../src/scheduler/states.ts';
import type { AccountRow, QueueRow } from '../../src/scheduler/types.ts';
import { find } from './bare-machine.ts';
import { removeTree, until } from './toy.ts';

/** What `sh` and some tools are there; without /proc a process is told by ps, as on macOS. */
export interface Kind {
  kind: string;
  links: Record<string, string>;
  proc?: false;
}

const APPLETS = 'awk cat date env id ln mkdir mv rm sed sleep tr uname'.split(' ');

/** The machines whose shells and tools are here to try. */
export const KINDS: Kind[] = [
  { kind: 'dash and mawk', links: { sh: 'dash', awk: 'mawk' } },
  { kind: 'bash and gawk', links: { sh: 'bash', awk: 'gawk' } },
  { kind: 'busybox', links: Object.fromEntries(['sh', ...APPLETS].map((applet) => [applet, 'busybox'])) },
  { kind: 'dash without /proc', links: { sh: 'dash' }, proc: false as const },
].filter(({ links }) => Object.values(links).every((tool) => find(tool) !== undefined));

export interface Answer {
  code: number;
  stdout: string;
  stderr: string;
}

export interface Executor {
  folder: string;
  /** Calls one of its functions. */
  call(...words: string[]): Promise<Answer>;
  /** The words of `sh` that do the same. */
  command(...words: string[]): string[];
  /** The words that submit this script with these options. */
  submission(script: string, ...options: string[]): string[];
  /** The id. */
  submit(script: string, ...options: string[]): Promise<string>;
  queue(id?: string): Promise<QueueRow[]>;
  accounts(id: string): Promise<AccountRow[]>;
  /** States of its rows, in order. */
  states(id: string): Promise<string[]>;
  /** Waits until all of it has ended; its states. */
  ended(id: string): Promise<string[]>;
  read(...path: string[]): string;
  has(...path: string[]): boolean;
  /** Number of the process whose identity is in a record's file. */
  pid(...path: string[]): number;
  /** Writes a file below its folder. */
  write(path: string, text: string): void;
  /** Cancels what there is and removes everything. */
  remove(): Promise<void>;
}

export function makeExecutor(kind: Kind = KINDS[0]!): Executor {
  const folder = mkdtempSync(join(tmpdir(), "executor 'x' "));
  const bin = join(folder, 'bin');
  for (const path of ['bin', 'logs', 'run']) mkdirSync(join(folder, path));
  for (const [name, tool] of Object.entries(kind.links)) symlinkSync(find(tool)!, join(bin, name));
  const base = join(folder, 'jobs');
  const on = (text: string) => (kind.proc === false ? text.replaceAll('/proc/', '/nowhere/') : text);
  const calls = `${on(FILES.local.map(remoteText).join('\n'))}\nscheduler_ready "$1"\nshift\n"$@"`;
  const program = `${on(programText({ files: EXECUTOR, args: [] }))} "$@"`;
  const env = { ...process.env, PATH: `${bin}:${process.env.PATH}` };
  const read = (...path: string[]) => readFileSync(join(folder, ...path), 'utf8');
  let scripts = 0;

  const command: Executor['command'] = (...words) => ['-c', calls, 'sh', base, ...words];
  const call: Executor['call'] = async (...words) => {
    const { exitCode, stdout, stderr } = await execa(join(bin, 'sh'), command(...words), {
      ...{ env, reject: false, stdin: 'ignore', timeout: 120_000, stripFinalNewline: false },
    });
    return { code: exitCode ?? 255, stdout, stderr };
  };
  const submission: Executor['submission'] = (script, ...options) => {
    const file = join(folder, `script-${++scripts}`);
    writeFileSync(file, script);
    const log = join(folder, 'logs', options.some((option) => option.startsWith('--array')) ? '%A_%a' : '%j');
    const own = ['--job-name=n', `--chdir=${join(folder, 'run')}`, `--output=${log}.out`, `--error=${log}.err`];
    return ['scheduler_submit', `--executor=${program}`, ...own, ...options, file];
  };
  const rows = async <Row>(reader: (fields: string[]) => Row | undefined, ...words: string[]): Promise<Row[]> => {
    const { code, stdout, stderr } = await call(...words);
    if (code !== 0 || stderr !== '') throw new Error(`${words.join(' ')}: ${code} ${stderr}`);
    return stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => {
        const row = reader(line.split(SEPARATOR));
        if (row === undefined) throw new Error(`no row: ${line}`);
        return row;
      });
  };
  const queue: Executor['queue'] = async (id) =>
    (await rows(queueRow, 'scheduler_queue')).filter((row) => id === undefined || row.jobId === id);
  const states: Executor['states'] = async (id) => (await queue(id)).map(({ state }) => state);
  return {
    ...{ folder, call, command, submission, queue, states, read },
    submit: async (script, ...options) => {
      const { code, stdout, stderr } = await call(...submission(script, ...options));
      if (code !== 0) throw new Error(stderr);
      return stdout.trim();
    },
    accounts: (id) => rows(accountRow, 'scheduler_accounting', '60', '-X', '-j', id),
    ended: (id) =>
      until(`the end of ${id}`, async () => {
        const all = await states(id);
        return all.length > 0 && all.every((state) => hasEnded(parseState(state))) && all;
      }),
    has: (...path) => existsSync(join(folder, ...path)),
    pid: (...path) => Number.parseInt(read('jobs', ...path), 10),
    write: (path, text) => {
      mkdirSync(join(folder, path, '..'), { recursive: true });
      writeFileSync(join(folder, path), text);
    },
    remove: async () => {
      if (existsSync(base)) {
        for (const id of readdirSync(base).filter((name) => /^\d+$/.test(name))) {
          if ((await states(id)).some((state) => !hasEnded(parseState(state)))) await call('scheduler_cancel', id);
        }
        await until('nothing runs', () => processesOf(folder).length === 0);
      }
      removeTree(folder);
    },
  };
}

/** Starts `sh` with these words in a process group of its own, as a terminal's foreground job is. */
export function startGroup(executor: Executor, words: string[], env: NodeJS.ProcessEnv = process.env): ChildProcess {
  return spawn(join(executor.folder, 'bin/sh'), words, {
    ...{ detached: true, stdio: 'ignore' as const, env: { ...env, PATH: `${executor.folder}/bin:${env.PATH}` } },
  });
}

/** Numbers of the processes that have this folder in their command line, zombies apart. */
export function processesOf(folder: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(folder);
      } catch {
        return false;
      }
    })
    .map(Number);
}

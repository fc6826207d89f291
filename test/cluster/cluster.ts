/** The real Slurm cluster on this machine, as tests see it: bring it up, act as its users, break and mend its parts. */
import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { laptopEnvironment, unique } from './laptop.ts';
import { startProxy, type TcpProxy } from './proxy.ts';

/** `srt-…`: users.sh says what is particular about each. */
export type User =
  | 'srt-bash'
  | 'srt-dash'
  | 'srt-tcsh'
  | 'srt-fish'
  | 'srt-noisy'
  | 'srt-bash2nd'
  | 'srt-login'
  | 'srt-pass'
  | 'srt-other'
  | 'srt-limit';

export type DaemonName =
  | 'munged'
  | 'mariadbd'
  | 'slurmdbd'
  | 'slurmctld'
  | 'n1'
  | 'n2'
  | 'n3'
  | 'n4'
  | 'slurmctld2'
  | 'm1'
  | 'sshd';

export interface Daemon {
  /** Resolves once it answers (a node: once it runs); one that runs already is left alone. */
  start(): Promise<void>;
  /** Resolves once it is gone; `kill` gives it no chance to put anything in order. */
  stop(options?: { kill?: boolean }): Promise<void>;
  /** SIGSTOP: its port is open, and nothing answers. */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
}

export interface CallCounter {
  /** How often the user ran it since the start or the last reset. */
  count(command: string): number;
  reset(): Promise<void>;
  stop(): Promise<void>;
}

/** An ssh alias of its own whose connections go through a proxy of its own. */
export interface Link {
  host: string;
  proxy: TcpProxy;
  close(): Promise<void>;
}

export interface TestCluster {
  /** Everything of it lies in here: configuration, logs, homes. */
  dir: string;
  /** As `slurmctld -V` says it: `22.05.8`. */
  version: string;
  sshPort: number;
  sshConfig: string;
  /** Whether this process brought it up. */
  startedHere: boolean;
  home(user: User): string;
  /** Runs shell text as that user on the cluster, without ssh and past every wrapper; gives stdout without its last newline, and throws execa's error when it fails. */
  asUser(user: User, command: string): Promise<string>;
  /** The same as root, for scontrol and the like. */
  asRoot(command: string): Promise<string>;
  daemon(name: DaemonName): Daemon;
  /** What a command on the laptop runs with: a fresh home with `.ssh/config`, our ssh first on PATH, nothing of Slurm, make or an ssh agent. */
  env(): Record<string, string>;
  /** A path below that user's home which does not exist yet. */
  remoteDir(user?: User): string;
  /** Puts shell text in the place of a command for one user's ssh sessions, with the real one's path in `$REAL`; gives what undoes it. */
  wrap(user: User, command: string, script: string): Promise<() => Promise<void>>;
  countCalls(user: User, commands?: string[]): Promise<CallCounter>;
  /** A disk of so many MB, to be filled up: on the cluster, writable by that user, or on the laptop. */
  smallDisk(options: {
    megabytes: number;
    user?: User;
    laptop?: boolean;
  }): Promise<{ path: string; release(): Promise<void> }>;
  link(options?: { delayMs?: number; user?: User; host?: string }): Promise<Link>;
}

const here = import.meta.dirname;
const slurmCommands = ['sbatch', 'squeue', 'sacct', 'scancel', 'scontrol', 'sinfo', 'srun'];

/** Why there can be no cluster here, or nothing when there can. */
export function clusterUnavailable(): string | undefined {
  if (process.platform !== 'linux') return 'it needs Debian or Ubuntu';
  if (process.getuid?.() !== 0) return 'it needs root';
  if (!existsSync('/usr/bin/apt-get')) return 'it needs apt-get (Debian or Ubuntu)';
  return undefined;
}

function place(): { script: string[]; dir: string } {
  const dir = process.env.SLURM_RUNNER_CLUSTER_DIR ?? '/tmp/srt';
  const version = process.env.SLURM_VERSION;
  if (!version) return { script: [join(here, 'cluster.sh')], dir };
  return { script: [join(here, 'versions.sh'), version], dir: `${dir}-${version}` };
}

async function runScript(verb: 'up' | 'down'): Promise<void> {
  const [script, ...version] = place().script;
  await execa(script!, [verb, ...version], { stdin: 'ignore', stdout: 'ignore', stderr: ['inherit', 'pipe'] });
}

let current: Promise<TestCluster> | undefined;

/** The running cluster, brought up first where it is not; `SLURM_VERSION=24.11` asks for that version's. */
export function ensureCluster(): Promise<TestCluster> {
  current ??= bringUp();
  return current;
}

export async function stopCluster(): Promise<void> {
  current = undefined;
  await runScript('down');
}

async function bringUp(): Promise<TestCluster> {
  const { dir } = place();
  const startedHere = !existsSync(join(dir, 'up'));
  await runScript('up');
  const facts = JSON.parse(readFileSync(join(dir, 'up'), 'utf8')) as { version: string; sshPort: number };
  return clusterIn(dir, facts, startedHere);
}

function clusterIn(dir: string, facts: { version: string; sshPort: number }, startedHere: boolean): TestCluster {
  const home = (user: User) => join(dir, 'home', user);
  const enter = join(dir, 'enter');

  async function asUser(user: User, command: string): Promise<string> {
    const conf = join(dir, user === 'srt-bash2nd' ? 'etc2' : 'etc', 'slurm.conf');
    const { uid } = await stat(home(user));
    const login = [`HOME=${home(user)}`, `USER=${user}`, `LOGNAME=${user}`, `XDG_RUNTIME_DIR=${dir}/run/user/${uid}`];
    const environment = [...login, `PATH=${dir}/site/bin:/usr/local/bin:/usr/bin:/bin`, `SLURM_CONF=${conf}`];
    const inside = ['env', '-i', '-C', home(user), ...environment, 'sh', '-c', command];
    return (await execa(enter, ['runuser', '-u', user, '--', ...inside], { stdin: 'ignore' })).stdout;
  }

  async function asRoot(command: string): Promise<string> {
    const conf = `SLURM_CONF=${join(dir, 'etc', 'slurm.conf')}`;
    return (await execa(enter, ['env', conf, 'sh', '-c', command], { stdin: 'ignore' })).stdout;
  }

  function daemon(name: DaemonName): Daemon {
    const control = async (...args: string[]) => {
      await execa(join(dir, 'ctl'), [...args, name], { stdin: 'ignore' });
    };
    return {
      start: () => control('start'),
      stop: ({ kill = false } = {}) => control('stop', ...(kill ? ['--kill'] : [])),
      freeze: () => control('freeze'),
      thaw: () => control('thaw'),
    };
  }

  /** Renamed into place, so that a shell which is just reading the old one is not confused. */
  async function install(file: string, script: string): Promise<void> {
    await writeFile(`${file}.new`, `#!/bin/sh\n${script}\n`);
    await chmod(`${file}.new`, 0o755);
    await rename(`${file}.new`, file);
  }

  /** What the site has under that name: its own where it has one, as for srun, else the machine's. */
  function sites(command: string): string {
    const own = join(dir, 'site', 'bin', command);
    return existsSync(own) ? own : `/usr/bin/${command}`;
  }

  async function wrap(user: User, command: string, script: string): Promise<() => Promise<void>> {
    const file = join(home(user), 'bin', command);
    const counting = join(home(user), '.count', command);
    await install(file, `REAL=${counting}\n[ -x "$REAL" ] || REAL=${sites(command)}\n${script}`);
    return () => rm(file, { force: true });
  }

  async function countCalls(user: User, commands = slurmCommands): Promise<CallCounter> {
    const folder = join(home(user), '.count');
    const log = join(folder, 'log');
    await writeFile(log, '');
    await chmod(log, 0o666);
    for (const command of commands)
      await install(join(folder, command), `echo ${command} >> ${log}\nexec ${sites(command)} "$@"`);
    return {
      count: (command) =>
        readFileSync(log, 'utf8')
          .split('\n')
          .filter((line) => line === command).length,
      reset: () => writeFile(log, ''),
      stop: async () => {
        for (const command of commands) await rm(join(folder, command), { force: true });
      },
    };
  }

  async function smallDisk({
    megabytes,
    user = 'srt-bash',
    laptop = false,
  }: {
    megabytes: number;
    user?: User;
    laptop?: boolean;
  }) {
    const path = join(dir, 'small', unique());
    const { uid, gid } = laptop ? { uid: 0, gid: 0 } : await stat(home(user));
    // Seen from where it is used: a cluster in a root of its own has its own mounts.
    const [run, prefix] = laptop ? ['env', []] : [enter, []];
    await mkdir(path);
    await execa(run, [
      ...prefix,
      'mount',
      '-t',
      'tmpfs',
      '-o',
      `size=${megabytes}m,uid=${uid},gid=${gid},mode=755`,
      'small',
      path,
    ]);
    return { path, release: async () => void (await execa(run, [...prefix, 'umount', '-l', path])) };
  }

  async function link({ delayMs = 0, user = 'srt-bash', host }: { delayMs?: number; user?: User; host?: string } = {}) {
    const proxy = await startProxy({ target: facts.sshPort, delayMs });
    const alias = host ?? `srt-link-${proxy.port}`;
    const file = join(dir, 'links', `${alias}.conf`);
    await writeFile(file, `Host ${alias}\n  User ${user}\n  Port ${proxy.port}\n`);
    const close = async () => {
      await rm(file, { force: true });
      await proxy.close();
    };
    return { host: alias, proxy, close };
  }

  return {
    dir,
    version: facts.version,
    sshPort: facts.sshPort,
    sshConfig: join(dir, 'ssh_config'),
    startedHere,
    home,
    asUser,
    asRoot,
    daemon,
    env: () => laptopEnvironment(dir),
    remoteDir: (user = 'srt-bash') => join(home(user), `remote-${unique()}`),
    wrap,
    countCalls,
    smallDisk,
    link,
  };
}

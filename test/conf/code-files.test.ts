import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { loadCluster } from '../../src/conf/cluster.ts';
import { expandCodeFiles } from '../../src/conf/code-files.ts';
import { loadProfile } from '../../src/conf/profile.ts';
import { problemsOfAsync, projectOf, write } from './project.ts';

const FILE = 'slurm/profiles/x.conf';
const at = (line: number) => ({ file: FILE, line });

function git(folder: string, ...args: string[]): void {
  const identity = ['-c', 'user.name=t', '-c', 'user.email=t@t', '-c', 'protocol.file.allow=always'];
  execFileSync('git', ['-C', folder, ...identity, ...args], { stdio: 'pipe' });
}

/** Loaded without looking for files, so that it is the expansion that finds what is missing. */
function expand(root: string, codeFiles: string, rest = 'COMMAND=true') {
  write(root, FILE, `CODE_FILES=${codeFiles}\n${rest}\n`);
  const cluster = loadCluster(root, undefined, new Map());
  return expandCodeFiles(root, loadProfile(root, 'x', undefined, cluster, new Map(), 'any'));
}
const pathsOf = async (root: string, codeFiles: string, rest?: string) =>
  (await expand(root, codeFiles, rest)).map(({ path, kind }) => (kind === 'link' ? `${path} ->` : path));

const TREE = {
  '.gitignore': '*.log\n/build/\n',
  'config.py': '',
  'lib/a.py': '',
  'lib/.hidden': '',
  'lib/deep/b.py': '',
  'lib/deep/c.txt': '',
  'lib/run.log': '',
  'lib/.env': '',
  'lib/__pycache__/a.pyc': '',
  'lib/node_modules/x/index.js': '',
  'lib/data/kept.csv': '',
  '.venv/bin/python': '',
  '.env': '',
  'build/out.py': '',
  'data/big.csv': '',
  'slurm/jobs/x.jobid': '',
  'slurm/logs/1.out': '',
  'slurm/templates/default.sbatch': '',
};
const tree = () => {
  const root = projectOf({ files: TREE });
  git(root, 'init', '-q');
  return root;
};

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('expandCodeFiles', () => {
  it('sends files by name, each once, in order, whatever git thinks of them', async () => {
    const list = '"\\\n lib/run.log \\\n ./config.py \\\n lib/../config.py \\\n build/out.py\n"';
    expect(await pathsOf(tree(), list)).toEqual(['build/out.py', 'config.py', 'lib/run.log']);
  });

  it('adds SCRIPT, unless it is over there', async () => {
    expect(await pathsOf(tree(), 'config.py', 'SCRIPT=lib/a.py')).toEqual(['config.py', 'lib/a.py']);
    expect(await pathsOf(tree(), '', 'SCRIPT=./lib/run.log\nTEMPLATE=default')).toEqual(['lib/run.log']);
    expect(await pathsOf(tree(), 'lib', 'SCRIPT=lib/a.py')).toContain('lib/a.py');
    expect(await pathsOf(tree(), 'config.py', 'SCRIPT=/opt/x.py')).toEqual(['config.py']);
    expect(await pathsOf(tree(), 'config.py', 'SCRIPT=data/x.py')).toEqual(['config.py']);
  });

  it('sends of a folder what git does not ignore and what is code', async () => {
    const lib = ['lib/.hidden', 'lib/a.py', 'lib/data/kept.csv', 'lib/deep/b.py', 'lib/deep/c.txt'];
    const root = tree();
    expect(await pathsOf(root, 'lib/')).toEqual(lib);
    expect(await pathsOf(root, 'lib/deep')).toEqual(['lib/deep/b.py', 'lib/deep/c.txt']);
    const all = ['.gitignore', 'config.py', ...lib, 'slurm/cluster.conf', FILE, 'slurm/templates/default.sbatch'];
    expect(await pathsOf(root, '.')).toEqual(all);
    git(root, 'add', '-f', '.');
    // Tracked is not ignored; deleted is not there.
    rmSync(join(root, 'config.py'));
    const tracked = ['build/out.py', 'lib/run.log', ...all.filter((path) => path !== 'config.py')].sort();
    expect(await pathsOf(root, '.')).toEqual(tracked);
  });

  it('sends everything that is code where there is no repository, or no git', async () => {
    const root = projectOf({ files: TREE });
    const everything = [
      'lib/.hidden',
      'lib/a.py',
      'lib/data/kept.csv',
      'lib/deep/b.py',
      'lib/deep/c.txt',
      'lib/run.log',
    ];
    expect(await pathsOf(root, 'lib')).toEqual(everything);
    expect(await pathsOf(root, '**/*.py')).toEqual(['build/out.py', 'config.py', 'lib/a.py', 'lib/deep/b.py']);
    git(root, 'init', '-q');
    vi.stubEnv('PATH', '/nowhere');
    expect(await pathsOf(root, 'lib')).toEqual(everything);
  });

  it('is not led astray by the variables of a git hook', async () => {
    const root = tree();
    vi.stubEnv('GIT_DIR', '/nowhere');
    expect(await pathsOf(root, 'lib/deep')).toEqual(['lib/deep/b.py', 'lib/deep/c.txt']);
    expect(await pathsOf(root, 'lib')).not.toContain('lib/run.log');
  });

  it('says so when git has a repository and can not list it', async () => {
    const root = tree();
    write(root, '.git/index', 'garbage');
    expect(await problemsOfAsync(() => expand(root, 'lib'))).toMatchObject([{ kind: 'git-failed' }]);
  });

  it('works in a project that is part of a repository', async () => {
    const outer = tree();
    const root = join(outer, 'lib');
    write(root, 'slurm/cluster.conf', 'REMOTE_HOST=x\nREMOTE_DIR=/x\n');
    expect(await pathsOf(root, 'deep *.py')).toEqual(['a.py', 'deep/b.py', 'deep/c.txt']);
  });

  it('matches globs, and sends the folders they match', async () => {
    const root = tree();
    expect(await pathsOf(root, 'lib/*.py')).toEqual(['lib/a.py']);
    expect(await pathsOf(root, 'lib/**/*.py *.py')).toEqual(['config.py', 'lib/a.py', 'lib/deep/b.py']);
    expect(await pathsOf(root, 'l?b/de*')).toEqual(['lib/deep/b.py', 'lib/deep/c.txt']);
    expect(await pathsOf(root, '{config,lib/a}.py lib/[a].py')).toEqual(['config.py', 'lib/a.py']);
    expect(await pathsOf(root, '**/*.csv')).toEqual(['lib/data/kept.csv']);
    write(root, 'lib/[a].py', '');
    expect(await pathsOf(root, 'lib/[a].py')).toEqual(['lib/[a].py']);
  });

  it('takes names with anything in them', async () => {
    const root = tree();
    const names = ['a b', '-e', '#x', ';x', 'new\nline', '$(id)', "it's", 'é', '*', '\\', '"', '!x'];
    for (const name of names) write(root, `odd/${name}`, '');
    const paths = names.map((name) => `odd/${name}`).sort();
    expect(await pathsOf(root, 'odd')).toEqual(paths);
    expect(await pathsOf(root, 'odd/**')).toEqual(paths);
  });

  it('sends submodules and repositories inside this one, and not what they ignore', async () => {
    const root = tree();
    const other = projectOf({});
    rmSync(join(other, 'slurm'), { recursive: true });
    for (const path of ['m.py', 'm.tmp', 'src/n.py', 'data/d.csv']) write(other, path, '');
    write(other, '.gitignore', '*.tmp');
    git(other, 'init', '-q');
    git(other, 'add', '.');
    git(other, 'commit', '-qm', 'x');
    git(root, 'submodule', '--quiet', 'add', other, 'ext/sub');
    write(root, 'ext/sub/more.tmp', '');
    write(root, 'ext/own/o.py', '');
    git(join(root, 'ext/own'), 'init', '-q');
    const sub = ['ext/sub/.gitignore', 'ext/sub/data/d.csv', 'ext/sub/m.py', 'ext/sub/src/n.py'];
    expect(await pathsOf(root, 'ext')).toEqual(['ext/own/o.py', ...sub]);
    expect(await pathsOf(root, 'ext/sub')).toEqual(sub);
    expect(await pathsOf(root, 'ext/sub/src lib/deep')).toEqual([
      'ext/sub/src/n.py',
      'lib/deep/b.py',
      'lib/deep/c.txt',
    ]);
  });

  it('lists ten thousand files quickly', async () => {
    const root = tree();
    for (let at = 0; at < 10_000; at++) {
      const path = join(root, `many/${at % 100}/f${at}.py`);
      if (at < 100) mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, '');
    }
    const begin = performance.now();
    expect(await pathsOf(root, 'many')).toHaveLength(10_000);
    expect(await pathsOf(root, 'many/**/*.py')).toHaveLength(10_000);
    // Both together take a fifth of a second; one call of git for each file would take a minute.
    expect(performance.now() - begin).toBeLessThan(3000);
  });
});

describe('what is wrong with CODE_FILES', () => {
  it('matches nothing: the line and the nearest', async () => {
    const list = '"\\\n confg.py \\\n libs/deep/b.py \\\n nothing/*.py \\\n lib/deep/*.js \\\n lbi/**/*.py\n"';
    const place = (line: number) => ({ key: 'CODE_FILES', place: at(line) });
    expect(await problemsOfAsync(() => expand(tree(), list, 'SCRIPT=cofnig.py'))).toEqual([
      { kind: 'no-such-file', ...place(2), path: 'confg.py', nearest: 'config.py' },
      { kind: 'no-such-file', ...place(3), path: 'libs/deep/b.py', nearest: 'lib/deep/b.py' },
      { kind: 'no-such-file', ...place(4), path: 'nothing/*.py' },
      { kind: 'no-such-file', ...place(5), path: 'lib/deep/*.js' },
      { kind: 'no-such-file', ...place(6), path: 'lbi/**/*.py', nearest: 'lib/**/*.py' },
      { kind: 'no-such-file', key: 'SCRIPT', path: 'cofnig.py', nearest: 'config.py', place: at(8) },
    ]);
  });

  it('is a folder of which nothing may be sent', async () => {
    const root = tree();
    mkdirSync(join(root, 'empty'));
    for (const folder of ['build', 'empty', '.venv', 'slurm/logs', 'lib/node_modules']) {
      expect(await problemsOfAsync(() => expand(root, folder))).toEqual([
        { kind: 'nothing-to-send', path: folder, place: at(1) },
      ]);
    }
  });

  it('is no file', async () => {
    const root = tree();
    execFileSync('mkfifo', [join(root, 'pipe')]);
    expect(await problemsOfAsync(() => expand(root, 'pipe', 'SCRIPT=lib'))).toEqual([
      { kind: 'not-a-file', key: 'CODE_FILES', path: 'pipe', place: at(1) },
      { kind: 'not-a-file', key: 'SCRIPT', path: 'lib', place: at(2) },
    ]);
  });

  it('has a name that is not UTF-8', async () => {
    const root = tree();
    mkdirSync(join(root, 'odd'));
    writeFileSync(Buffer.concat([Buffer.from(join(root, 'odd/')), Buffer.from([0xe9])]), '');
    expect(await problemsOfAsync(() => expand(root, 'odd'))).toEqual([
      { kind: 'undecodable-name', path: 'odd/\uFFFD', place: at(1) },
    ]);
  });
});

describe('symbolic links', () => {
  const link = (root: string, path: string, target: string) => symlinkSync(target, join(root, path));

  it('stay links where their targets are sent too or lie under data/', async () => {
    const root = tree();
    link(root, 'lib/same', 'a.py');
    link(root, 'lib/folder', './deep/');
    link(root, 'lib/chain', 'folder/b.py');
    link(root, 'lib/up', '../config.py');
    link(root, 'lib/big', '../data/not/yet.csv');
    const links = ['lib/big ->', 'lib/chain ->', 'lib/folder ->', 'lib/same ->', 'lib/up ->'];
    expect((await pathsOf(root, 'lib config.py')).filter((path) => path.endsWith('->'))).toEqual(links);
    expect((await pathsOf(root, 'lib/** config.py')).filter((path) => path.endsWith('->'))).toEqual(links);
    expect(await pathsOf(root, 'lib/folder lib/deep/b.py')).toEqual(['lib/deep/b.py', 'lib/folder ->']);
  });

  it('are refused where they would lead nowhere over there', async () => {
    const root = tree();
    link(root, 'lib/abs', join(root, 'lib/a.py'));
    link(root, 'lib/out', '../../elsewhere');
    link(root, 'lib/apart', '../config.py');
    link(root, 'lib/dangling', 'nothing');
    link(root, 'lib/loop', 'loop');
    link(root, 'lib/ignored', 'run.log');
    const place = at(2);
    expect(await problemsOfAsync(() => expand(root, '"\n lib"'))).toEqual([
      { kind: 'link-outside', path: 'lib/abs', target: join(root, 'lib/a.py'), place },
      { kind: 'link-not-sent', path: 'lib/apart', target: '../config.py', place },
      { kind: 'link-not-sent', path: 'lib/dangling', target: 'nothing', place },
      { kind: 'link-not-sent', path: 'lib/ignored', target: 'run.log', place },
      { kind: 'link-not-sent', path: 'lib/loop', target: 'loop', place },
      { kind: 'link-outside', path: 'lib/out', target: '../../elsewhere', place },
    ]);
  });

  it('are no way to a file', async () => {
    const root = tree();
    link(root, 'short', 'lib/deep');
    expect(await problemsOfAsync(() => expand(root, 'short/b.py', 'SCRIPT=short/b.py'))).toEqual([
      { kind: 'through-link', key: 'CODE_FILES', path: 'short/b.py', link: 'short', place: at(1) },
      { kind: 'through-link', key: 'SCRIPT', path: 'short/b.py', link: 'short', place: at(2) },
    ]);
  });
});

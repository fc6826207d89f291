/** Lists the files of a project that may be sent as code: not what git ignores, nor what is never code. */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../failure.ts';
import type { ConfProblem } from './problem.ts';

export type EntryKind = 'file' | 'link' | 'folder' | 'other';

/** What lies in the folders below a root, each folder read once: one readdir tells of all its files what an lstat of each would. */
export interface Folders {
  /** Undefined if there is nothing at `path`, relative to the root. */
  kindOf(path: string): EntryKind | undefined;
  /** Names and kinds in a folder, `''` being the root; empty if it can't be read. */
  entries(folder: string): ReadonlyMap<string, EntryKind>;
}

export function openFolders(root: string): Folders {
  const read = new Map<string, ReadonlyMap<string, EntryKind>>();
  const entries = (folder: string) => {
    const known = read.get(folder) ?? readFolder(join(root, folder));
    read.set(folder, known);
    return known;
  };
  const kindOf = (path: string) => {
    const slash = path.lastIndexOf('/');
    return path === '' || path === '.'
      ? 'folder'
      : entries(slash < 0 ? '' : path.slice(0, slash)).get(path.slice(slash + 1));
  };
  return { kindOf, entries };
}

const NEVER =
  /(^|\/)(\.git|\.env|\.venv|__pycache__|node_modules)(\/|$)|^(data|\.slurm-runner|slurm\/jobs|slurm\/logs)(\/|$)/;

/**
 * The files and links under `folders` (`''` being the whole project), relative to `root`, unordered. With git and a
 * repository it is what git tracks and what it does not ignore; otherwise everything. Throws a Failure (2) if git has a
 * repository here and can't list it.
 */
export async function listCandidates(root: string, disk: Folders, folders: readonly string[]): Promise<string[]> {
  // A submodule, or a repository inside this one, has a list of its own, and the outer one says nothing about it.
  const byRepository = new Map<string, string[]>();
  for (const folder of folders.includes('') ? [''] : folders) {
    const repository = innerRepository(disk, folder);
    byRepository.set(repository, [...(byRepository.get(repository) ?? []), folder]);
  }
  const files: string[] = [];
  for (const [repository, inside] of byRepository) files.push(...(await list(root, disk, repository, inside)));
  return files;
}

/** The deepest folder on the way to `folder` that is a repository inside the project; `''` if there is none. */
function innerRepository(disk: Folders, folder: string): string {
  const parts = folder.split('/');
  const above = parts.map((_, at) => parts.slice(0, parts.length - at).join('/'));
  return above.find((path) => path !== '' && disk.entries(path).has('.git')) ?? '';
}

async function list(root: string, disk: Folders, repository: string, folders: readonly string[]): Promise<string[]> {
  const below = repository === '' ? '' : `${repository}/`;
  const inside = folders.includes(repository) ? [] : folders.map((folder) => folder.slice(below.length));
  const listed = await gitFiles(join(root, repository), inside);
  if (!listed) return folders.flatMap((folder) => walk(disk, folder));
  const files: string[] = [];
  for (const name of listed) {
    const path = below + (name.endsWith('/') ? name.slice(0, -1) : name);
    if (NEVER.test(path)) continue;
    const kind = disk.kindOf(path);
    if (kind === 'file' || kind === 'link') files.push(path);
    // A submodule that was never checked out is an empty folder.
    else if (kind === 'folder' && disk.entries(path).has('.git')) files.push(...(await list(root, disk, path, [path])));
  }
  return files;
}

function walk(disk: Folders, folder: string): string[] {
  return Array.from(disk.entries(folder), ([name, kind]) => {
    const path = folder === '' ? name : `${folder}/${name}`;
    if (NEVER.test(path) || kind === 'other') return [];
    return kind === 'folder' ? walk(disk, path) : [path];
  }).flat();
}

/** Undefined without git or outside a repository. */
async function gitFiles(root: string, folders: readonly string[]): Promise<Set<string> | undefined> {
  const { execa } = await import('execa');
  const paths = folders.map((folder) => `:(literal)${folder}`);
  const { stdout, stderr, exitCode, code } = await execa(
    'git',
    ['ls-files', '--cached', '--others', '--exclude-standard', '-z', '--', ...paths],
    {
      cwd: root,
      // A hook of git that runs us points its own variables at another place; the message has to be the English one.
      env: { LC_ALL: 'C', GIT_DIR: undefined, GIT_WORK_TREE: undefined, GIT_INDEX_FILE: undefined },
      reject: false,
      stripFinalNewline: false,
      maxBuffer: 1_000_000_000,
    },
  );
  if (code === 'ENOENT' || /not a git repository/i.test(stderr ?? '')) return undefined;
  if (exitCode !== 0) throw new Failure<ConfProblem>(2, { kind: 'git-failed', detail: (stderr ?? '').trim() });
  // A file in conflict is listed once for each side.
  return new Set(stdout.split('\0').filter((path) => path !== ''));
}

function readFolder(path: string): ReadonlyMap<string, EntryKind> {
  try {
    return new Map(
      readdirSync(path, { withFileTypes: true }).map((entry) => [
        entry.name,
        entry.isFile() ? 'file' : entry.isSymbolicLink() ? 'link' : entry.isDirectory() ? 'folder' : 'other',
      ]),
    );
  } catch {
    return new Map();
  }
}

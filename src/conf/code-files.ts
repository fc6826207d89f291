/** Expands CODE_FILES and SCRIPT into the files that a push sends. */

import { lstatSync } from 'node:fs';
import { join, posix } from 'node:path';
import type { Place } from '../failure.ts';
import { checkLinks } from './code-links.ts';
import { type Folders, listCandidates, openFolders } from './git-files.ts';
import { isRemoteScript, listed, mayBeGlob, noSuchFile } from './local-paths.ts';
import { type ConfProblem, throwIfAny } from './problem.ts';
import type { Profile } from './types.ts';

/** One thing to send, with its path relative to the project's root. A link is sent as a link. */
export interface CodeFile {
  path: string;
  kind: 'file' | 'link';
}

/** One word of CODE_FILES, or SCRIPT, its path normalised. */
interface Pattern {
  key: 'CODE_FILES' | 'SCRIPT';
  path: string;
  place: Place;
}

/** A folder, or a glob, of CODE_FILES. */
interface Search {
  path: string;
  place: Place;
  glob: boolean;
}

/**
 * The files of a profile, or of several, that a push sends from `root`, sorted by path, each once: what CODE_FILES names, what git does
 * not ignore of its folders and globs, and SCRIPT. Of a pattern that is a file's name nothing is left out but `.env`.
 * Files and folders `without` are not looked for. Throws a Failure (2) that names every pattern without a file and every link
 * that would not work over there.
 */
export async function expandCodeFiles(
  root: string,
  profiles: Profile | readonly Profile[],
  without: readonly string[] = [],
): Promise<CodeFile[]> {
  const disk = openFolders(root);
  const sorted = sortPatterns(root, disk, patternsOf([profiles].flat()));
  const found = await search(root, disk, sorted.searched, without);
  const places = new Map([...found.places, ...sorted.named.map(({ path, place }) => [path, place] as const)]);
  const files = Array.from(places.keys(), (path) => ({ path, kind: disk.kindOf(path) as CodeFile['kind'] }));
  throwIfAny([
    ...sorted.problems,
    ...found.problems,
    ...checkLinks(root, files, places),
    ...checkDecoded(root, files, places),
  ]);
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Patterns that are a file's or a link's name, folders and globs to be searched, and what is neither. */
function sortPatterns(root: string, disk: Folders, patterns: readonly Pattern[]) {
  const named: Pattern[] = [];
  const searched: Search[] = [];
  const problems: ConfProblem[] = [];
  for (const pattern of patterns) {
    const { key, path, place } = pattern;
    const kind = disk.kindOf(path);
    const link = parentLink(disk, path);
    if (link) problems.push({ kind: 'through-link', key, path, link, place });
    else if (kind === 'file' || kind === 'link') named.push(pattern);
    else if (kind === 'folder' && key === 'CODE_FILES') searched.push({ path, place, glob: false });
    else if (kind === undefined && key === 'CODE_FILES' && mayBeGlob(path)) searched.push({ path, place, glob: true });
    else if (kind === undefined) problems.push(noSuchFile(root, key, path, place));
    else problems.push({ kind: 'not-a-file', key, path, place });
  }
  return { named, searched, problems };
}

/** What is found in folders and by globs, each file with the place of the last pattern that finds it. */
async function search(root: string, disk: Folders, searched: readonly Search[], without: readonly string[]) {
  const places = new Map<string, Place>();
  const problems: ConfProblem[] = [];
  if (searched.length === 0) return { places, problems };
  const folders = searched.map(({ path, glob }) => (glob || path === '.' ? '' : path));
  const listedThere = await listCandidates(root, disk, folders);
  const left = new Set(without);
  const candidates = without.length === 0 ? listedThere : listedThere.filter((path) => !isWithin(path, left));
  const hasGlob = searched.some(({ glob }) => glob);
  const match = hasGlob ? (await import('./code-globs.ts')).openGlobs(candidates) : undefined;
  for (const { path, place, glob } of searched) {
    const found = match && glob ? match(path) : under(candidates, path);
    for (const file of found) places.set(file, place);
    if (found.length > 0) continue;
    problems.push(glob ? noSuchFile(root, 'CODE_FILES', path, place) : { kind: 'nothing-to-send', path, place });
  }
  return { places, problems };
}

/** A name that is not UTF-8 comes with U+FFFD in it, and there is no such file then. */
function checkDecoded(root: string, files: readonly CodeFile[], places: ReadonlyMap<string, Place>): ConfProblem[] {
  return files
    .filter(({ path }) => path.includes('\uFFFD') && !lstatSync(join(root, path), { throwIfNoEntry: false }))
    .map(({ path }) => ({ kind: 'undecodable-name', path, place: places.get(path)! }));
}

/** Each once: the jobs of a flow ask for much the same. */
function patternsOf(profiles: readonly Profile[]): Pattern[] {
  const patterns = profiles.flatMap(patternsOfOne);
  return [...new Map(patterns.map((pattern) => [`${pattern.key} ${pattern.path}`, pattern])).values()];
}

function patternsOfOne({ script, settings }: Profile): Pattern[] {
  const words = listed(settings.get('CODE_FILES')).map(({ text, place }) => {
    const path = posix.normalize(text).replace(/\/$/, '');
    return { key: 'CODE_FILES' as const, path, place };
  });
  const place = settings.get('SCRIPT')?.place;
  if (script === undefined || !place || isRemoteScript(script)) return words;
  return [...words, { key: 'SCRIPT', path: posix.normalize(script), place }];
}

/** The first folder on the way to `path` that is a symbolic link: rsync would send that link in its place. */
function parentLink(disk: Folders, path: string): string | undefined {
  const parts = path.split('/');
  const above = parts.slice(1).map((_, at) => parts.slice(0, at + 1).join('/'));
  return above.find((folder) => disk.kindOf(folder) === 'link');
}

/** Whether it is one of those files, or in one of those folders. */
function isWithin(path: string, places: ReadonlySet<string>): boolean {
  const parts = path.split('/');
  return parts.some((_, at) => places.has(parts.slice(0, at + 1).join('/')));
}

function under(candidates: readonly string[], folder: string): readonly string[] {
  return folder === '.' ? candidates : candidates.filter((path) => path.startsWith(`${folder}/`));
}

/** Finds the files that a pip requirements file consists of, and what in them cannot be installed on the cluster. */

import { readFileSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';
import { noSuchFile } from './local-paths.ts';
import { type ConfProblem, throwIfAny } from './problem.ts';

const INCLUDE = /^(-r|-c|--requirement|--constraint)(?:\s*=\s*|\s+|(?<=^-[rc]))(\S.*)$/;
const EDITABLE = /^(?:-e|--editable)(?:\s*=\s*|\s+)(\S.*)$/;
const LINKS = /^(?:-f|--find-links)(?:\s*=\s*|\s+)(\S.*)$/;
const URL = /^[A-Za-z][A-Za-z0-9+.-]*:\/\//;
const ARCHIVE = /\.(?:whl|zip|tar|tgz|tbz|tar\.(?:gz|bz2|xz|lzma))$/i;

/**
 * The pip file `path` and all that it includes by `-r` or `-c`, relative to `root`, each once and itself first. Throws a
 * Failure (2) with every file that is missing or outside the project, and every requirement that is a path of this
 * machine (`-e .`, `./lib`, `wheels/x.whl`).
 */
export function requirementFiles(root: string, path: string): string[] {
  const { files, problems } = readRequirements(root, path);
  throwIfAny(problems);
  return files;
}

/** The same, with the problems handed back. */
export function readRequirements(root: string, path: string): { files: string[]; problems: ConfProblem[] } {
  const files = [posix.normalize(path)];
  const problems: ConfProblem[] = [];
  // Grows while it is read; what was seen is not read again, so that files may include one another.
  for (const file of files) {
    for (const { text, line } of logicalLines(readFileSync(join(root, file), 'utf8'))) {
      const place = { file, line };
      const [, option, target = ''] = INCLUDE.exec(text) ?? [];
      if (option === undefined) {
        const requirement = localPath(text);
        if (requirement !== undefined) problems.push({ kind: 'local-requirement', requirement, place });
        continue;
      }
      const name = unquoted(target);
      if (URL.test(name)) continue;
      const included = posix.join(posix.dirname(file), name);
      if (posix.isAbsolute(name) || /^\.\.(?:\/|$)/.test(included)) {
        problems.push({ kind: 'path-outside', key: option, value: name, place });
      } else if (!files.includes(included)) {
        const problem = checkFile(root, option, included, place);
        if (problem) problems.push(problem);
        else files.push(included);
      }
    }
  }
  return { files, problems };
}

/** A file of the project that is read here: there, and no folder. */
export function checkFile(
  root: string,
  key: string,
  path: string,
  place: { file: string; line?: number },
): Extract<ConfProblem, { kind: 'no-such-file' | 'not-a-file' }> | undefined {
  const found = statSync(join(root, path), { throwIfNoEntry: false });
  if (!found) return noSuchFile(root, key, path, place);
  return found.isFile() ? undefined : { kind: 'not-a-file', key, path, place };
}

/** Lines joined at a backslash, without comments (pip's "Requirements File Format"). */
function logicalLines(text: string): { text: string; line: number }[] {
  const found: { text: string; line: number }[] = [];
  let begun: { text: string; line: number } | undefined;
  for (const [at, raw] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    const isComment = /^\s*#/.test(raw);
    const continued = !isComment && raw.endsWith('\\');
    begun ??= { text: '', line: at + 1 };
    begun.text += isComment ? '' : continued ? raw.slice(0, -1) : raw;
    if (continued) continue;
    found.push({ ...begun, text: begun.text.replace(/(?:^|\s+)#.*$/, '').trim() });
    begun = undefined;
  }
  if (begun) found.push({ ...begun, text: begun.text.trim() });
  return found.filter(({ text }) => text !== '');
}

/** What of a line pip would look for on the disk, if anything; in its order: a URL, a path, a name. */
function localPath(text: string): string | undefined {
  const folder = EDITABLE.exec(text)?.[1] ?? LINKS.exec(text)?.[1];
  const target = unquoted((folder ?? text).replace(/\s+--?\w.*$/, '').replace(/\s*;.*$/, ''));
  const direct = /^[\w.-]+(?:\[[^\]]*\])?\s*@\s*(.*)$/.exec(target)?.[1] ?? target;
  if (/^file:/i.test(direct)) return text;
  if (URL.test(direct) || /^(?:\w+\+)?git@/.test(direct)) return undefined;
  if (folder !== undefined) return text;
  if (text.startsWith('-')) return undefined;
  const path = direct.replace(/\[[^\]]*\]$/, '');
  return /^[.~/]/.test(path) || /[/\\]/.test(path) || ARCHIVE.test(path) ? text : undefined;
}

function unquoted(text: string): string {
  return text.trim().replace(/^(["'])(.*)\1$/, '$2');
}

/** Reads one `.conf` or `.env` file: scanned, then through `ini`, every value with the place it came from. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ini from 'ini';
import type { Place } from '../failure.ts';
import { nearest } from './nearest.ts';
import type { ConfProblem } from './problem.ts';
import { type Entry, scan } from './scan.ts';
import type { Setting } from './types.ts';

/** A value as written in a file, before it belongs to a layer. */
export type Written = Omit<Setting, 'layer'>;

export interface ConfFile {
  /** By section, the keys before the first one under `''`; a section that may be there always is. */
  sections: ReadonlyMap<string, ReadonlyMap<string, Written>>;
  problems: ConfProblem[];
}

/**
 * Reads `file`, a path relative to `root`, with nothing but `sections` in it. A repeated key, a section that is not
 * among them and a key that is no name are problems. Undefined if there is no such file.
 */
export function readConf(root: string, file: string, sections: readonly string[] = []): ConfFile | undefined {
  const read = readText(join(root, file));
  if (read === undefined || 'text' in read) return read && parseConf(read.text, file, sections);
  return {
    sections: new Map(['', ...sections].map((name) => [name, new Map()])),
    problems: [{ kind: 'unreadable-file', code: read.code, place: { file } }],
  };
}

/** The same of a text already at hand. */
export function parseConf(text: string, file: string, sections: readonly string[] = []): ConfFile {
  const found = scan(text, file);
  const problems = [...found.problems];
  for (const { name, line } of found.sections) {
    if (sections.includes(name)) continue;
    const hint = nearest(name, sections);
    problems.push({ kind: 'unknown-section', section: name, place: { file, line }, ...(hint && { nearest: hint }) });
  }
  const kept = new Map(['', ...sections].map((name) => [name, new Map<string, Entry>()]));
  for (const entry of found.entries) {
    const keys = kept.get(entry.section);
    const first = keys?.get(entry.key);
    if (first) {
      const place = { file, line: entry.line };
      problems.push({ kind: 'repeated-key', key: entry.key, firstLine: first.line, place });
    } else {
      keys?.set(entry.key, entry);
    }
  }
  return { sections: throughIni(kept, file), problems };
}

/**
 * What falls into which section under which key is for `ini` to say, as it is for everyone who writes such a file; so
 * it reads the file too, from our hands. It can't read it alone: it has no line numbers, cuts values at `#` and `;`,
 * keeps or drops quotes by rules of its own, takes `"true"` and `'123'` for other types and the last of two keys. So
 * each value goes in as a JSON string with a `=` in front, which it gives back untouched whatever is in it. U+2028 and
 * U+2029 are escaped because its line pattern stops at them, and keys that are no plain names stay as the scanner found
 * them, because `a[]` and `__proto__` mean something to it.
 */
function throughIni(
  kept: ReadonlyMap<string, ReadonlyMap<string, Entry>>,
  file: string,
): Map<string, Map<string, Written>> {
  const lines: string[] = [];
  for (const [section, entries] of kept) {
    lines.push(`[${section}]`);
    for (const { key, value } of entries.values()) if (isPlain(key)) lines.push(`${key}=${encode(value)}`);
  }
  const parsed: Record<string, Record<string, string>> = ini.parse(lines.join('\n'));
  return new Map(
    Array.from(kept, ([section, entries]) => [
      section,
      new Map(
        Array.from(entries.values(), ({ key, value, line, breaks }) => {
          const place = { file, line };
          const written: Written = { value: isPlain(key) ? parsed[section]![key]!.slice(1) : value, place };
          return [key, breaks.length > 0 ? { ...written, breaks } : written];
        }),
      ),
    ]),
  );
}

const isPlain = (key: string) => /^[A-Za-z_]\w*$/.test(key) && key !== '__proto__';

const encode = (value: string) =>
  JSON.stringify(`=${value}`).replace(/[\u2028\u2029]/g, (char) => `\\u${char.charCodeAt(0).toString(16)}`);

/** Where `offset` of a value stands: in a value over many lines, the line of that very word. */
export function placeAt({ place, breaks }: Written, offset: number): Place {
  if (place.line === undefined) return place;
  return { ...place, line: place.line + (breaks?.filter((begin) => begin <= offset).length ?? 0) };
}

/** A UTF-8 file without its byte order mark, or why it cannot be read; undefined if there is none. */
export function readText(path: string): { text: string } | { code: string } | undefined {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path)) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    if (code === undefined) throw error;
    return { code: code === 'ERR_ENCODING_INVALID_ENCODED_DATA' ? 'UTF-8' : code };
  }
}

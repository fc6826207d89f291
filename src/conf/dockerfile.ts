/** Finds in a Dockerfile what its last stage begins with. */

import { splitWords } from './words.ts';

/** An instruction with its continuation lines joined, and the line it begins on. */
interface Instruction {
  name: string;
  text: string;
  line: number;
}

/** The image of a FROM; `image` is undefined where it stands in an ARG without a default. */
export interface From {
  image: string | undefined;
  /** As written, and where. */
  text: string;
  line: number;
}

/**
 * The FROM of the last stage, names of earlier stages followed and ARGs taken at their defaults (Dockerfile reference:
 * FROM, ARG, "Understand how ARG and FROM interact"); undefined if there is none.
 */
export function lastFrom(dockerfile: string): From | undefined {
  const args = new Map<string, string>();
  const stages = new Map<string, From>();
  let last: From | undefined;
  for (const { name, text, line } of instructions(dockerfile)) {
    if (name === 'ARG' && !last) {
      for (const { text: word } of splitWords(text).words) {
        const [, key, value] = /^(\w+)=(.*)$/s.exec(word) ?? [];
        const known = key === undefined ? undefined : expand(value!, args);
        if (known !== undefined) args.set(key!, known);
      }
    }
    if (name !== 'FROM') continue;
    const words = text.split(/\s+/).filter((word) => word !== '' && !word.startsWith('--'));
    const [written = '', as, alias] = words;
    const image = expand(written.replace(/^(["'])(.*)\1$/, '$2'), args) || undefined;
    last = stages.get(image?.toLowerCase() ?? '') ?? { image, text: written, line };
    if (as?.toLowerCase() === 'as' && alias) stages.set(alias.toLowerCase(), last);
  }
  return last;
}

function instructions(dockerfile: string): Instruction[] {
  const lines = dockerfile.replace(/^\uFEFF/, '').split(/\r?\n/);
  // A directive counts only at the very top, where its like may stand before it.
  const joiner = /^(?:#\s*\w+\s*=.*\n)*?#\s*escape\s*=\s*`/i.test(lines.join('\n')) ? '`' : '\\';
  const found: Instruction[] = [];
  for (let at = 0; at < lines.length; at++) {
    const [, name, rest] = /^\s*([A-Za-z]+)\s+(.*)$/.exec(lines[at]!) ?? [];
    if (name === undefined) continue;
    const instruction = { name: name.toUpperCase(), text: '', line: at + 1 };
    let part = rest!;
    while (part.trimEnd().endsWith(joiner) && at + 1 < lines.length) {
      instruction.text += part.trimEnd().slice(0, -1);
      // Blank lines and comments do not end it.
      do at++;
      while (at + 1 < lines.length && /^\s*(?:#|$)/.test(lines[at]!));
      part = lines[at]!;
    }
    instruction.text += part;
    found.push(instruction);
    if (/^(?:RUN|COPY|ADD)$/.test(instruction.name)) at = afterHeredocs(lines, at, instruction.text);
  }
  return found;
}

/** The last line of the here-documents that an instruction begins; without an end they are none. */
function afterHeredocs(lines: readonly string[], at: number, text: string): number {
  let last = at;
  for (const [, dash, , word] of text.matchAll(/(?:^|\s)\d*<<(-?)(["']?)([A-Za-z_]\w*)\2/g)) {
    const end = lines.findIndex((line, index) => index > last && (dash ? line.replace(/^\t+/, '') : line) === word);
    if (end >= 0) last = end;
  }
  return last;
}

/** Variables replaced, `${X:-default}` and its kin too; undefined if one has no value. */
function expand(text: string, args: ReadonlyMap<string, string>): string | undefined {
  let unknown = false;
  const expanded = text.replace(
    /\$\{(\w+)(?:(:?)([-+])([^}]*))?\}|\$(\w+)/g,
    (_, braced?: string, colon?: string, sign?: string, other = '', plain?: string) => {
      const value = args.get(braced ?? plain!);
      const isSet = colon ? Boolean(value) : value !== undefined;
      if (sign === '+') return isSet ? other : '';
      if (sign === '-') return isSet ? value! : other;
      if (value === undefined) unknown = true;
      return value ?? '';
    },
  );
  return unknown ? undefined : expanded;
}

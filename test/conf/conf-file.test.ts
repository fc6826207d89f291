import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseConf, placeAt, readConf } from '../../src/conf/conf-file.ts';
import { project } from './project.ts';

const place = (line: number) => ({ file: 'x.conf', line });
const valuesOf = (text: string, section = '') =>
  Object.fromEntries(
    Array.from(parseConf(text, 'x.conf', ['env']).sections.get(section)!, ([key, { value }]) => [key, value]),
  );

describe('parseConf', () => {
  it('gives every value as the string it was, with its place', () => {
    const { sections, problems } = parseConf('A="true"\nB=\'123\'\nC=nvcr.io#x; y\n[env] # c\nD={"a":1}', 'x.conf', [
      'env',
    ]);
    expect(problems).toEqual([]);
    expect([...sections.get('')!]).toEqual([
      ['A', { value: 'true', place: place(1) }],
      ['B', { value: '123', place: place(2) }],
      ['C', { value: 'nvcr.io#x; y', place: place(3) }],
    ]);
    expect([...sections.get('env')!]).toEqual([['D', { value: '{"a":1}', place: place(5) }]]);
  });

  it('keeps a key apart from a section of the same name, and names that mean something to ini', () => {
    expect(valuesOf('env=1\n[env]\nenv=2')).toEqual({ env: '1' });
    expect(valuesOf('[env]\nenv=2\n__proto__=3', 'env')).toEqual(
      Object.fromEntries([
        ['env', '2'],
        ['__proto__', '3'],
      ]),
    );
    expect(valuesOf('a.b=1\nc[]=2\nd;e=3')).toEqual({ 'a.b': '1', 'c[]': '2', 'd;e': '3' });
  });

  it('names the first line of a repeated key, once a repetition', () => {
    const { problems, sections } = parseConf('A=1\nB=2\nA=3\n[env]\nA=4\nA=5\nA=6', 'x.conf', ['env']);
    expect(problems).toEqual([
      { kind: 'repeated-key', key: 'A', firstLine: 1, place: place(3) },
      { kind: 'repeated-key', key: 'A', firstLine: 5, place: place(6) },
      { kind: 'repeated-key', key: 'A', firstLine: 5, place: place(7) },
    ]);
    expect(sections.get('')!.get('A')!.value).toBe('1');
  });

  it('refuses other sections, and nothing in them is read', () => {
    const { problems, sections } = parseConf('[evn]\nA=1\nA=2\n[env.x]\nB=1\n', 'x.conf', ['env']);
    expect(problems).toEqual([
      { kind: 'unknown-section', section: 'evn', nearest: 'env', place: place(1) },
      { kind: 'unknown-section', section: 'env.x', place: place(4) },
    ]);
    expect([...sections.keys()]).toEqual(['', 'env']);
  });

  it('brings any value through ini without a loss', () => {
    const unit = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 1 }),
      fc.constantFrom('\u2028', '\u2029', ...'"\\#;[]=\n '),
    );
    const values = fc.array(
      fc.string({ unit }).filter((value) => !/'|\r(\n|$)/.test(value)),
      { maxLength: 5 },
    );
    fc.assert(
      fc.property(values, (written) => {
        const text = written.map((value, at) => `K${at}='${value}'`).join('\n');
        expect(Object.values(valuesOf(text))).toEqual(written);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('placeAt', () => {
  it('is the line of that very place in a value over many lines', () => {
    const value = parseConf('\n\nK="\\\n a \\\n b \\\n"', 'x.conf').sections.get('')!.get('K')!;
    expect(placeAt(value, 0)).toEqual(place(4));
    expect(placeAt(value, value.value.indexOf('a'))).toEqual(place(4));
    expect(placeAt(value, value.value.indexOf('b'))).toEqual(place(5));
  });
});

describe('readConf', () => {
  it('gives undefined for a file that is not there', () => {
    expect(readConf(project({}), 'slurm/cluster.conf')).toBeUndefined();
    expect(readConf(project({ slurm: '' }), 'slurm/cluster.conf')).toBeUndefined();
  });

  it('says why a file can not be read', () => {
    const root = project({ 'x.conf': '' });
    mkdirSync(join(root, 'folder.conf'));
    expect(readConf(root, 'folder.conf')!.problems).toEqual([
      { kind: 'unreadable-file', code: 'EISDIR', place: { file: 'folder.conf' } },
    ]);
    writeFileSync(join(root, 'latin.conf'), Buffer.from([0x4b, 0x3d, 0xe9]));
    expect(readConf(root, 'latin.conf', ['env'])).toEqual({
      sections: new Map([
        ['', new Map()],
        ['env', new Map()],
      ]),
      problems: [{ kind: 'unreadable-file', code: 'UTF-8', place: { file: 'latin.conf' } }],
    });
  });
});

/** Escaping, widths, quantities and commands: what all reports are made of. */

import fc from 'fast-check';
import { createColors } from 'picocolors';
import { describe, expect, it } from 'vitest';
import { make } from '../../src/report/commands.ts';
import { shown, shownLog } from '../../src/report/escape.ts';
import { progressText } from '../../src/report/progress.ts';
import { bytes, duration, memory } from '../../src/report/quantities.ts';
import { plain } from '../../src/report/style.ts';
import { cutTo, displayWidth, padTo } from '../../src/report/width.ts';

const CONTROLS = /[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;
/** Texts with what makes trouble in them more often than chance would. */
const text = fc
  .array(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\x1b[2J', '\r', '한글', 'é', '\u202e', '🙂')))
  .map((parts) => parts.join(''));

describe('text from elsewhere', () => {
  it('cannot act on a terminal', () => {
    expect(shown('a\x1b[31m\nb\tc\u009b\u202e')).toBe('a\\x1b[31m\\nb\\tc\\x9b\\u{202e}');
    fc.assert(fc.property(text, (value) => !CONTROLS.test(shown(value))));
  });

  it('stays as it is where it can not', () => {
    expect(shown('data/결과/ü (1).csv')).toBe('data/결과/ü (1).csv');
  });

  it('of a log keeps tabs, colours where there are any, and the last state of a progress bar', () => {
    const log = 'a\tb\n 10%\r 20%\r\n\x1b[31mred\x1b[0m\x1b]0;evil\x07';
    expect(shownLog(log, plain)).toBe('a\tb\n 20%\nred\\x1b]0;evil\\x07');
    expect(shownLog(log, createColors(true))).toBe('a\tb\n 20%\n\x1b[31mred\x1b[0m\\x1b]0;evil\\x07\x1b[0m');
    fc.assert(fc.property(text, (value) => !CONTROLS.test(shownLog(value, plain).replace(/[\n\t]/g, ''))));
  });
});

describe('width', () => {
  it.each([
    ['abc', 3],
    ['학습', 4],
    ['학습'.normalize('NFD'), 4],
    ['e\u0301', 1],
    ['日本語', 6],
    ['🙂', 2],
    ['', 0],
  ])('of %s is %i', (value, columns) => expect(displayWidth(value)).toBe(columns));

  it('is never more than asked for after a cut, and the end of the text is left', () => {
    fc.assert(
      fc.property(text, fc.nat(40), (value, columns) => {
        const cut = cutTo(value, columns);
        expect(displayWidth(cut)).toBeLessThanOrEqual(columns);
        if (cut !== value && cut !== '') expect(value.normalize('NFC').endsWith(cut.slice(1))).toBe(true);
      }),
    );
    expect(cutTo('src/long/path.py', 8)).toBe('…path.py');
    expect(padTo('학습', 6)).toBe('학습  ');
  });
});

describe('a progress line', () => {
  const progress = { files: 120, total: 5000, file: 'src/x.py', rate: '34% 11.2MB/s' };

  it('says how far a transfer is', () => {
    expect(progressText({ what: 'code', progress }, 80)).toBe('code 120/5000 files  src/x.py  34% 11.2MB/s');
    expect(progressText({ what: 'results', progress: { files: 1 } }, 80)).toBe('results 1 file');
  });

  it('gives up the name first, then the rate', () => {
    const file = 'a/very/long/way/down/to/x.py';
    expect(progressText({ what: 'code', progress: { ...progress, file } }, 41)).toBe(
      'code 120/5000 files  …/x.py  34% 11.2MB/s',
    );
    expect(progressText({ what: 'code', progress }, 25)).toBe('code 120/5000 files');
  });

  it('fits into the terminal, whatever it is about', () => {
    const any = fc.record({ files: fc.nat(), total: fc.nat(), file: text, rate: text }, { requiredKeys: ['files'] });
    fc.assert(
      fc.property(any, fc.nat(120), (progress, columns) => {
        const line = progressText({ what: 'data', progress }, columns);
        expect(displayWidth(line)).toBeLessThanOrEqual(columns);
        expect(line).not.toMatch(CONTROLS);
      }),
    );
  });
});

describe('quantities', () => {
  it.each([
    [0, '00:00:00'],
    [5025, '01:23:45'],
    [183845, '2-03:04:05'],
  ])('%i s', (seconds, shown) => expect(duration(seconds)).toBe(shown));

  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [12345, '12.3 kB'],
    [999_999, '1.0 MB'],
    [123_456_789, '123 MB'],
  ])('%i bytes', (number, shown) => expect(bytes(number)).toBe(shown));

  it.each([
    ['41943040K', '40G'],
    ['1536K', '1.5M'],
    ['4000Mn', '3.9G per node'],
    ['4Gc', '4G per CPU'],
    ['1048576', '1M'],
    ['?', '?'],
  ])('%s of memory', (text, shown) => expect(memory(text)).toBe(shown));
});

describe('a command', () => {
  it('has all that was typed but the default cluster', () => {
    expect(make('slurm-run', undefined, { profile: 'x', tag: 'a', cluster: 'lab' }, 'YES=1')).toBe(
      'make slurm-run PROFILE=x TAG=a CLUSTER=lab YES=1',
    );
    expect(make('slurm-run', 'y', { profile: 'x', tag: 'a', cluster: 'cluster' })).toBe('make slurm-run PROFILE=y');
    expect(make('slurm-status', undefined, {})).toBe('make slurm-status');
  });

  it('quotes what a shell would take apart', () => {
    expect(make('slurm-run', undefined, { profile: 'a b;c' })).toBe("make slurm-run PROFILE='a b;c'");
  });
});

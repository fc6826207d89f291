/**
 * That every rsync people have can do what we ask of it: 2.6.9 and openrsync on macOS, 3.x elsewhere. OLD_RSYNC=/path/to/rsync
 * (2.6.9, say) runs the transfers with that one too.
 */

import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { execa } from 'execa';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ENTRY } from '../../src/host/program.ts';
import { rsyncDown, rsyncUp } from '../../src/host/rsync.ts';
import type { Upload } from '../../src/host/types.ts';

const ROOT = join(import.meta.dirname, '../..');

/** Options of rsync 2.6.9: `long_options` of its options.c (tag v2.6.9), without those of its daemon. */
const RSYNC_269 =
  `help version verbose quiet stats human-readable dry-run archive recursive dirs perms executability times
  omit-dir-times modify-window super owner group devices specials links copy-links copy-unsafe-links safe-links
  copy-dirlinks keep-dirlinks hard-links relative implied-dirs chmod ignore-times size-only one-file-system update existing
  ignore-non-existing ignore-existing max-size min-size sparse inplace append del delete delete-before delete-during
  delete-after delete-excluded remove-sent-files remove-source-files force ignore-errors max-delete filter exclude include
  exclude-from include-from cvs-exclude whole-file checksum block-size compare-dest copy-dest link-dest fuzzy compress
  compress-level progress partial partial-dir delay-updates prune-empty-dirs log-file log-file-format out-format log-format
  itemize-changes bwlimit backup backup-dir suffix list-only read-batch write-batch only-write-batch files-from from0
  numeric-ids timeout rsh rsync-path temp-dir ipv4 ipv6 8-bit-output address port sockopts password-file blocking-io
  protocol checksum-seed server sender`.split(/\s+/);

/** Of openrsync as macOS has it: `rsync_lopts` of openrsync/main.c in apple-oss-distributions/rsync (rsync-182). */
const OPENRSYNC =
  `address append archive backup backup-dir block-size blocking-io bwlimit cache checksum checksum-seed chmod
  compare-dest copy-dest link-dest compress compress-level contimeout copy-dirlinks copy-links copy-unsafe-links cvs-exclude
  daemon del delete delete-before delete-during delete-delay delete-after delete-excluded devices dry-run exclude
  exclude-from executability existing extended-attributes filter force fuzzy group hard-links help human-readable
  ignore-errors ignore-existing ignore-non-existing ignore-times include include-from inplace ipv4 ipv6 keep-dirlinks links
  list-only max-delete max-size min-size motd numeric-ids omit-dir-times one-file-system owner password-file partial
  partial-dir perms port protocol prune-empty-dirs quiet read-batch recursive relative remove-sent-files
  remove-source-files rsh rsync-path safe-links sender server size-only sockopts sparse specials stats suffix super
  temp-dir timeout times update verbose whole-file only-write-batch write-batch progress version dirs no-implied-dirs
  files-from from0 out-format log-file log-file-format log-format itemize-changes delay-updates modify-window
  8-bit-output`.split(/\s+/);

/** Short options that both know (`rsync_shopts` there, the letters of `long_options` here) and mean the same by. */
const LETTERS = 'vqnardptOogHlLkKRxuSIWcCBze0bhmy';

const sh = ['/bin/sh', '-c', ENTRY];
/** A program that takes the files into the folder of its first argument. */
const into = (folder: string): Upload['program'] => ({ files: ['lib', 'data'], args: [folder] });

let top: string;
beforeAll(() => {
  top = mkdtempSync(join(tmpdir(), 'rsync-'));
});
afterAll(() => rmSync(top, { recursive: true, force: true }));

describe('the options we pass', () => {
  const recorded: string[] = [];

  beforeAll(async () => {
    // In the place of rsync something that notes its arguments, each ended by a NUL.
    const folder = join(top, 'bin');
    mkdirSync(folder);
    writeFileSync(join(folder, 'rsync'), `#!/bin/sh\nprintf '%s\\0' "$@" >>'${top}/arguments'\ncat >/dev/null\n`);
    chmodSync(join(folder, 'rsync'), 0o755);
    const path = process.env.PATH;
    process.env.PATH = [folder, path].join(delimiter);
    try {
      for (const checksum of [true, false]) {
        await rsyncUp(sh, { from: top, paths: ['a'], program: into(top), checksum });
        await rsyncDown(sh, { from: top, paths: ['a'], into: top, compare: top, checksum });
      }
    } finally {
      process.env.PATH = path;
    }
    recorded.push(...readFileSync(join(top, 'arguments'), 'utf8').split('\0').filter(Boolean));
  });

  // openrsync refuses --protect-args, --mkpath, --info=progress2 and others.
  test.each([
    ['rsync 2.6.9', RSYNC_269],
    ['openrsync of macOS', OPENRSYNC],
  ])('are all known to %s', (_, known) => {
    const served = readFileSync(join(ROOT, 'src/remote/push.sh'), 'utf8').match(/--[a-z-]+=/g) ?? [];
    expect(served).toContain('--copy-dest=');
    const long = [...recorded, ...served]
      .filter((word) => word.startsWith('--'))
      .map((word) => word.slice(2).split('=')[0]);
    expect(long.length).toBeGreaterThan(8);
    expect(long.filter((name) => !known.includes(name as string))).toEqual([]);
    const letters = recorded.filter((word) => /^-[^-]/.test(word)).flatMap((word) => [...word.slice(1)]);
    expect(letters.filter((letter) => !LETTERS.includes(letter))).toEqual([]);
    console.log(`${[...new Set([...long.map((name) => `--${name}`), ...letters.map((one) => `-${one}`)])].join(' ')}`);
  });

  test('names go NUL by NUL, folders with -r, and both sides are ./', () => {
    for (const needed of ['--from0', '--files-from=-', './', 'host:./']) expect(recorded).toContain(needed);
    expect(recorded.filter((word) => /^-[^-]*r/.test(word))).toHaveLength(4);
  });
});

const RSYNCS = ['rsync', ...(process.env.OLD_RSYNC ? [process.env.OLD_RSYNC] : [])];
const hasRsync = (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, 'rsync')));

describe.skipIf(!hasRsync).each(RSYNCS)('transfers with %s', (rsync) => {
  let [here, there, back] = ['', '', ''];
  const path = process.env.PATH;

  beforeAll(() => {
    const folder = mkdtempSync(join(top, 'path-'));
    if (rsync !== 'rsync') symlinkSync(rsync, join(folder, 'rsync'));
    process.env.PATH = [folder, path].join(delimiter);
  });
  afterAll(() => {
    process.env.PATH = path;
  });
  beforeEach(() => {
    const base = mkdtempSync(join(top, "it's here "));
    [here, there, back] = [join(base, 'a "b" $HOME'), join(base, 'there `x`'), join(base, 'back')] as [
      string,
      string,
      string,
    ];
    for (const folder of [here, there, back]) mkdirSync(folder);
  });

  const write = (file: string, content = file) => {
    mkdirSync(join(here, file, '..'), { recursive: true });
    writeFileSync(join(here, file), content);
  };
  const up = (paths: string[], ssh = sh) => rsyncUp(ssh, { from: here, paths, program: into(there), checksum: true });
  const down = (paths: string[]) =>
    rsyncDown(sh, { from: join(there, 'data'), paths, into: back, compare: here, checksum: true });

  test('names of every kind go up and come back', async () => {
    const name = fc
      .array(
        fc.oneof(
          fc.string({ unit: 'grapheme-composite', minLength: 1, maxLength: 8 }),
          fc.constantFrom(...' -#;\'"\\$`*?[]{}~!&|<>:\n\t\r\x1b', '--', '..', '$(touch canary)', 'é', '🎈', '\\#012'),
        ),
        { minLength: 1, maxLength: 4 },
      )
      .map((parts) => parts.join('').replace(/[/\0]/g, '_'))
      .filter((text) => !/^\.{0,2}$/.test(text) && text !== '.env' && Buffer.byteLength(text) < 200);
    const names = [...new Set(fc.sample(name, { numRuns: 300, seed: 1 }))];
    for (const one of names) write(one);
    write('folder/ #nested/-x', 'deep');
    expect(await up([...names, 'folder'])).toMatchObject({ outcome: 'done' });
    for (const one of names) expect(readFileSync(join(there, 'data', one), 'utf8')).toBe(one);
    rmSync(here, { recursive: true });
    mkdirSync(here);
    expect(await down([...names, 'folder'])).toEqual({ outcome: 'done' });
    for (const one of names) expect(readFileSync(join(back, one), 'utf8')).toBe(one);
    expect(readFileSync(join(back, 'folder/ #nested/-x'), 'utf8')).toBe('deep');
    console.log(`${rsync}: ${names.length} names there and back`);
  });

  test('`.env` stays here, wherever it lies', async () => {
    for (const file of ['.env', 'data/.env', 'data/a', 'b.env']) write(file);
    await up(['data', 'b.env', '.env']);
    expect(existsSync(join(there, 'data/data/a'))).toBe(true);
    expect(existsSync(join(there, 'data/b.env'))).toBe(true);
    expect([existsSync(join(there, 'data/.env')), existsSync(join(there, 'data/data/.env'))]).toEqual([false, false]);
  });

  test('banners of the login shell do no harm', async () => {
    write('a');
    // "protocol version mismatch -- is your shell clean?"
    const noisy = ['/bin/sh', '-c', `echo Welcome; printf 'no newline'; echo moan >&2; ${ENTRY}`];
    expect(await up(['a'], noisy)).toMatchObject({ outcome: 'done' });
    expect(readFileSync(join(there, 'data/a'), 'utf8')).toBe('a');
  });

  test("RSYNC_ variables of the user's do no harm, on neither side", async () => {
    write('é');
    const mine = {
      RSYNC_PROTECT_ARGS: '1',
      RSYNC_RSH: 'false',
      RSYNC_ICONV: 'utf-8,latin1',
      RSYNC_PARTIAL_DIR: '/nowhere',
    };
    const before = Object.keys(mine).map((name) => [name, process.env[name]] as const);
    Object.assign(process.env, mine);
    try {
      expect(await up(['é'], ['env', 'RSYNC_PROTECT_ARGS=1', 'RSYNC_ICONV=latin1', ...sh])).toMatchObject({
        outcome: 'done',
      });
    } finally {
      for (const [name, value] of before) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    }
    expect(readFileSync(join(there, 'data/é'), 'utf8')).toBe('é');
  });

  // 23 and 24 must not pass for success.
  test('a file that is not there is a failure', async () => {
    write('a');
    await expect(up(['a', 'missing'])).rejects.toMatchObject({
      exit: 2,
      problems: [{ kind: 'transfer-failed', code: 23 }],
    });
    await up(['a']);
    await expect(down(['a', 'missing'])).rejects.toMatchObject({
      problems: [{ kind: 'transfer-failed', direction: 'down' }],
    });
  });

  test('a connection that breaks is told apart from a failed transfer', async () => {
    write('a');
    expect(await up(['a'], ['/bin/sh', '-c', 'exit 255'])).toMatchObject({ outcome: 'lost', begun: false });
    const program = { files: ['../../test/host/lost'], args: [] };
    expect(await rsyncUp(sh, { from: here, paths: ['a'], program, checksum: true })).toMatchObject({
      outcome: 'lost',
      begun: true,
    });
  });
});

describe.skipIf(!hasRsync)('a toolkit in a folder with blanks in its name', () => {
  test.each([`tool kit 'n' $HOME`, 'tool "kit"'])('%s: its remote shell is found', async (name) => {
    const toolkit = join(top, name);
    cpSync(join(ROOT, 'src'), join(toolkit, 'src'), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(toolkit, 'node_modules'));
    writeFileSync(join(toolkit, 'package.json'), '{"type":"module"}');
    writeFileSync(join(toolkit, 'file'), 'content');
    writeFileSync(
      join(toolkit, 'try.ts'),
      `import { rsyncUp } from './src/host/rsync.ts';
const program = { files: ['lib', 'data'], args: [process.argv[2] ?? ''] };
const end = await rsyncUp(${JSON.stringify(sh)}, { from: import.meta.dirname, paths: ['file'], program, checksum: true });
console.log(end.outcome);
`,
    );
    const there = join(toolkit, 'there');
    const { stdout } = await execa(join(ROOT, 'node_modules/.bin/tsx'), [join(toolkit, 'try.ts'), there]);
    expect(stdout).toBe('done');
    expect(readFileSync(join(there, 'data/file'), 'utf8')).toBe('content');
  });
});

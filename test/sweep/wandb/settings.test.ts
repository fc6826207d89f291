/** Whom to ask at W&B and as whom, what is meant by a SWEEP_ID, and what of a sweep file is sent. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseConf } from '../../../src/conf/conf-file.ts';
import { Failure } from '../../../src/failure.ts';
import { failureText } from '../../../src/report/problems.ts';
import { plain } from '../../../src/report/style.ts';
import { configToSend, sweepGoal } from '../../../src/sweep/wandb/config.ts';
import { agentPath, parseSweepId, settingsFor, sweepUrl, wandbSettings } from '../../../src/sweep/wandb/settings.ts';

const HOME = mkdtempSync(join(tmpdir(), 'wandb-settings-'));
afterAll(() => rmSync(HOME, { recursive: true, force: true }));

const env = (text: string) => parseConf(text, '.env').sections.get('')!;
const read = (environment: Record<string, string>, file = '', sweepFile = {}) =>
  wandbSettings({ HOME, ...environment }, env(file), sweepFile);

function failure(of: () => unknown): Failure {
  try {
    of();
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error('this was to fail');
}

describe('settings', () => {
  it("are wandb.ai's unless something else is said", () => {
    expect(read({ WANDB_API_KEY: 'k1' })).toEqual({
      ...{ baseUrl: 'https://api.wandb.ai', apiKey: 'k1', keyFrom: 'environment', project: 'uncategorized' },
    });
  });

  it('come from the environment, then .env, then the sweep file', () => {
    const file = 'WANDB_API_KEY=k2\nWANDB_ENTITY=from-env-file\nWANDB_BASE_URL=https://wandb.example.org:8443//\n';
    const sweepFile = { entity: 'from-sweep', project: 'from-sweep' };
    expect(read({ WANDB_ENTITY: '', WANDB_PROJECT: 'from environment' }, file, sweepFile)).toEqual({
      ...{ baseUrl: 'https://wandb.example.org:8443', apiKey: 'k2', keyFrom: 'env-file' },
      ...{ entity: 'from-env-file', project: 'from environment' },
    });
    expect(read({ WANDB_API_KEY: ' k1 \n' }, '', { ...sweepFile, project: 7 })).toMatchObject({
      ...{ apiKey: 'k1', entity: 'from-sweep', project: '7' },
    });
    expect(read({ WANDB_API_KEY: 'k1', WANDB_ENTITY: 'a' }, file)).toMatchObject({ apiKey: 'k1', entity: 'a' });
  });

  it('know of a proxy', () => {
    const key = { WANDB_API_KEY: 'k' };
    expect(read({ ...key, https_proxy: 'http://proxy:3128' }).proxy).toBe('https_proxy');
    expect(read({ ...key, https_proxy: 'http://proxy:3128', NODE_USE_ENV_PROXY: '1' })).not.toHaveProperty('proxy');
    expect(read({ ...key, HTTP_PROXY: 'http://proxy:3128' })).not.toHaveProperty('proxy');
    expect(read({ ...key, HTTP_PROXY: 'http://proxy:3128', WANDB_BASE_URL: 'http://lab' }).proxy).toBe('HTTP_PROXY');
  });

  it('lack a key: the message says where it is to be had', () => {
    const error = failure(() => read({ WANDB_API_KEY: ' ' }));
    expect(error.exit).toBe(2);
    const told = failureText(error, plain);
    expect(told).toContain(join(HOME, '.netrc'));
    expect(told).toContain('https://wandb.ai/authorize');
  });

  it('are refused all at once, with their places, and without what is secret', () => {
    const file = 'WANDB_ENTITY=my team\n\nWANDB_BASE_URL=https://user:hunter2@wandb.example.org\nWANDB_API_KEY=k\n';
    const error = failure(() => read({ WANDB_PROJECT: 'a/b' }, file));
    expect(error.problems).toEqual([
      { kind: 'wandb-bad-name', key: 'WANDB_ENTITY', value: 'my team', place: { file: '.env', line: 1 } },
      { kind: 'wandb-bad-name', key: 'WANDB_PROJECT', value: 'a/b' },
      { kind: 'wandb-bad-url', value: 'https://…@wandb.example.org', place: { file: '.env', line: 3 } },
    ]);
    for (const url of ['api.wandb.ai', 'ftp://wandb.ai', 'https://wandb.ai?x=1', 'https://'])
      expect(failure(() => read({ WANDB_API_KEY: 'k', WANDB_BASE_URL: url })).problems).toMatchObject([
        { kind: 'wandb-bad-url' },
      ]);
  });
});

describe('~/.netrc', () => {
  const NETRC = join(HOME, 'netrc');
  const key = (text: string, more = {}) => {
    writeFileSync(NETRC, text);
    return read({ NETRC, ...more });
  };

  it('is read as wandb login leaves it', () => {
    const settings = key('machine api.wandb.ai\n  login user\n  password 0123456789abcdef\n');
    expect(settings).toMatchObject({ apiKey: '0123456789abcdef', keyFrom: 'netrc' });
    expect(key('machine api.wandb.ai login user password n\n', { WANDB_API_KEY: 'e' }).apiKey).toBe('e');
  });

  it('is ~/.netrc where NETRC names no other, which may begin with ~', () => {
    writeFileSync(join(HOME, '.netrc'), 'machine api.wandb.ai password home\n');
    expect(read({}).apiKey).toBe('home');
    rmSync(join(HOME, '.netrc'));
    key('machine api.wandb.ai password k\n');
    expect(read({ NETRC: '~/netrc' }).apiKey).toBe('k');
  });

  it('may have other machines, macros, comments, quotes and a default', () => {
    const text = `# machine api.wandb.ai password commented
machine github.com login git password "a b"
macdef init
machine api.wandb.ai password macro

machine wandb.example.org:8443 login user password 'with port'
machine wandb.example.org password without
machine "api.wandb.ai" account x login user password "q\\"uote"
machine api.wandb.ai password second
default login anonymous password everybody
`;
    expect(key(text).apiKey).toBe('q"uote');
    expect(key(text, { WANDB_BASE_URL: 'https://wandb.example.org:8443' }).apiKey).toBe('with port');
    expect(key(text, { WANDB_BASE_URL: 'https://wandb.example.org:9' }).apiKey).toBe('without');
    expect(failure(() => key(text, { WANDB_BASE_URL: 'https://elsewhere.org' })).problems).toMatchObject([
      { kind: 'wandb-no-key', host: 'elsewhere.org', netrc: NETRC },
    ]);
  });

  it.each([
    '',
    'machine',
    'machine api.wandb.ai',
    'machine api.wandb.ai password',
    'macdef x\nmachine api.wandb.ai password k',
  ])('of %j has no key', (text) => {
    expect(failure(() => key(text)).problems).toMatchObject([{ kind: 'wandb-no-key' }]);
  });
});

describe('SWEEP_ID', () => {
  it.each([
    ['abc123de', { sweepId: 'abc123de' }],
    [' vla/abc123de ', { project: 'vla', sweepId: 'abc123de' }],
    ['me/my project/abc123de', { entity: 'me', project: 'my project', sweepId: 'abc123de' }],
    ['https://wandb.ai/me/my%20project/sweeps/abc123de', { entity: 'me', project: 'my project', sweepId: 'abc123de' }],
    ['https://wandb.ai/me/vla/sweeps/abc123de/table?nw=1#x', { entity: 'me', project: 'vla', sweepId: 'abc123de' }],
  ])('%s', (typed, meant) => {
    expect(parseSweepId(typed)).toEqual(meant);
  });

  it.each([
    '',
    '/',
    'a/b/c/d',
    '/abc',
    'me//abc',
    '-x',
    'a b',
    'abc;rm',
    'x/../abc',
    'https://wandb.ai/me/vla/runs/abc',
    'https://wandb.ai/',
    'https://wandb.ai/me/%E0/sweeps/abc',
  ])('%j is none', (typed) => {
    const error = failure(() => parseSweepId(typed));
    expect(error.exit).toBe(2);
    expect(error.problems).toEqual([{ kind: 'wandb-bad-sweep-id', value: typed.trim() }]);
  });

  it('wins over the settings with whatever it names', () => {
    const settings = { baseUrl: 'https://api.wandb.ai', apiKey: 'k', entity: 'me', project: 'vla' };
    expect(settingsFor(settings, 'other/abc')).toEqual({ settings: { ...settings, project: 'other' }, sweepId: 'abc' });
    expect(settingsFor(settings, 'abc').settings).toEqual(settings);
  });
});

describe('addresses', () => {
  const about = { entity: 'me', project: 'my project' };
  it.each([
    ['https://api.wandb.ai', 'https://wandb.ai'],
    ['https://api.lab.example.org', 'https://app.lab.example.org'],
    ['https://wandb.example.org', 'https://wandb.example.org'],
    ['http://localhost:8080', 'http://localhost:8080'],
  ])('of %s are at %s', (baseUrl, app) => {
    expect(sweepUrl({ ...about, baseUrl }, 'abc')).toBe(`${app}/me/my%20project/sweeps/abc`);
    expect(sweepUrl({ ...about, baseUrl })).toBe(`${app}/me/my%20project/sweeps`);
  });

  it('are where WANDB_APP_URL says', () => {
    const settings = read({ WANDB_API_KEY: 'k', WANDB_APP_URL: 'https://see.example.org/' });
    expect(sweepUrl({ ...settings, entity: 'me' }, 'abc')).toBe('https://see.example.org/me/uncategorized/sweeps/abc');
  });

  it('of an agent are one word', () => {
    expect(agentPath(about, 'abc')).toBe('me/my project/abc');
  });
});

describe('what is sent', () => {
  it.each([
    'method: grid\nparameters:\n  a: {values: [1, 2]} # as it is\n',
    'method: bayes\nparameters: {lr: {distribution: log_uniform_values, min: 1e-6, max: 1}}\n',
    'method: random\nparameters: {a: {min: 1}, b: 3, c: {max: 2}}\n',
    'method: [unclosed',
    'a: 1\na: 2\nparameters: {x: {min: 0.0, max: 1.0}}\n',
    'parameters: 3',
    '- 1',
    '',
  ])('is the text itself: %j', (text) => {
    expect(configToSend(text)).toBe(text);
  });

  it.each([
    ['{min: 0, max: 10}', 'int_uniform'],
    ['{min: -3, max: +10}', 'int_uniform'],
    ['{min: 0.0, max: 1.0}', 'uniform'],
    ['{min: 1e-6, max: 0.5}', 'uniform'],
    ['{min: .5, max: 1.}', 'uniform'],
  ])('with bounds %s gets %s', (bounds, distribution) => {
    const { x } = parse(configToSend(`parameters: {x: ${bounds}}`)).parameters;
    expect(x).toEqual({ ...parse(bounds), distribution });
  });

  it('keeps everything else as it was written', () => {
    const long = 'word '.repeat(60).trim();
    const text = `# mine\nname: "${long}"\nparameters:\n  x: # lr\n    min: 0.0\n    max: 1.0\n  y:\n    values: [1e-3, "008", yes]\n`;
    expect(configToSend(text)).toBe(text.replace('    min: 0.0\n', '    distribution: uniform\n    min: 0.0\n'));
    expect(configToSend(text.replaceAll('\n', '\r\n'))).toContain('\n    distribution: uniform\n    min: 0.0\r\n');
  });

  it('follows anchors and merged maps', () => {
    const text =
      'base: &b {min: 0.0, max: 1.0}\nparameters:\n  x: *b\n  y: {<<: *b, max: 2.0}\n  z: {<<: [*b], distribution: normal}\n';
    const sent = parse(configToSend(text), { merge: true });
    expect(sent.parameters).toMatchObject({
      x: { distribution: 'uniform' },
      y: { max: 2, distribution: 'uniform' },
      z: { distribution: 'normal' },
    });
  });

  it.each([
    ['{min: 0, max: 0.1}', '0', '0.1'],
    ['{min: "a", max: "b"}', 'a', 'b'],
    ['{min: true, max: false}', 'true', 'false'],
  ])('cannot have the bounds %s', (bounds, min, max) => {
    expect(failure(() => configToSend(`parameters: {x: ${bounds}, y: ${bounds}}`)).problems).toMatchObject([
      { kind: 'wandb-bounds', parameter: 'x', min, max },
      { kind: 'wandb-bounds', parameter: 'y' },
    ]);
  });
});

describe('what a sweep is after', () => {
  it('is read from YAML and from JSON', () => {
    const goal = { name: 'n', description: 'd', metric: { name: 'acc', goal: 'maximize' }, runCap: 5 };
    const config = { name: 'n', description: 'd', metric: { name: 'acc', goal: 'maximize' }, run_cap: 5 };
    expect(sweepGoal(JSON.stringify(config))).toEqual(goal);
    expect(sweepGoal('name: n\ndescription: d\nmetric: {name: acc, goal: maximize}\nrun_cap: 5\n')).toEqual(goal);
    expect(sweepGoal('metric: {name: loss}')).toEqual({ metric: { name: 'loss', goal: 'minimize' } });
  });

  it.each(['', '[', '3', 'metric: loss', 'metric: {goal: maximize}'])('is nothing in %j', (text) => {
    expect(sweepGoal(text)).toEqual({});
  });
});

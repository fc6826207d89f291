/** Examples of problems with W&B. */

import type { WandbProblem } from '../../src/sweep/wandb/problem.ts';

type WandbExamples = { [K in WandbProblem['kind']]: (WandbProblem & { kind: K })[] };

const host = 'api.wandb.ai';
const authorize = 'https://wandb.ai/authorize';

export const wandbProblems: WandbExamples = {
  'wandb-no-key': [{ kind: 'wandb-no-key', host, netrc: '/home/me/.netrc', authorize }],
  'wandb-bad-key': [
    ...(['environment', 'env-file', 'netrc'] as const).map((where) => ({
      ...{ kind: 'wandb-bad-key' as const, host, where, authorize, detail: 'user is not logged in' },
    })),
    { kind: 'wandb-bad-key', host, authorize, detail: '' },
  ],
  'wandb-no-default-entity': [{ kind: 'wandb-no-default-entity', host }],
  'wandb-bad-url': [{ kind: 'wandb-bad-url', value: 'api.wandb.ai', place: { file: '.env', line: 2 } }],
  'wandb-bad-name': [
    { kind: 'wandb-bad-name', key: 'WANDB_ENTITY', value: 'my team', place: { file: '.env', line: 2 } },
    { kind: 'wandb-bad-name', key: 'WANDB_PROJECT', value: 'a/b' },
  ],
  'wandb-bad-sweep-id': [{ kind: 'wandb-bad-sweep-id', value: 'a/b/c/d' }],
  'wandb-no-entity': [
    { kind: 'wandb-no-entity', host, entity: 'nobody', why: 'unknown', detail: 'entity nobody not found' },
    { kind: 'wandb-no-entity', host, entity: '', why: 'unknown', detail: '' },
    { kind: 'wandb-no-entity', host, entity: 'team', why: 'denied', detail: 'permission denied' },
    { kind: 'wandb-no-entity', host, entity: '', why: 'denied', detail: '' },
  ],
  'wandb-no-project': [{ kind: 'wandb-no-project', host, entity: 'me', project: 'vla', detail: 'project not found' }],
  'wandb-no-sweep': [{ kind: 'wandb-no-sweep', host, entity: 'me', project: 'vla', sweepId: 'abc123de' }],
  'wandb-over': [
    { kind: 'wandb-over', sweepId: 'abc123de', state: 'FINISHED', page: 'https://wandb.ai/me/vla/sweeps/abc123de' },
  ],
  'wandb-bad-config': [
    { kind: 'wandb-bad-config', detail: 'Invalid sweep config: Sweep config must contain method section' },
  ],
  'wandb-bounds': [{ kind: 'wandb-bounds', parameter: 'lr', min: '0', max: '0.1' }],
  'wandb-unknown-outcome': [
    {
      kind: 'wandb-unknown-outcome',
      host,
      page: 'https://wandb.ai/me/vla/sweeps',
      detail: 'ECONNRESET: read ECONNRESET',
    },
  ],
  'wandb-unreachable': [
    ...(['name', 'refused', 'route', 'timeout', 'tls', 'lost'] as const).map((why) => ({
      ...{ kind: 'wandb-unreachable' as const, host, why, detail: 'ECONNRESET: read ECONNRESET' },
    })),
    { kind: 'wandb-unreachable', host, why: 'timeout', detail: '', proxy: 'HTTPS_PROXY' },
  ],
  'wandb-server': [502, 429, 400].map((status) => ({
    ...{ kind: 'wandb-server' as const, host, status, detail: 'Cannot query field "displayName" on type "Sweep".' },
  })),
  'wandb-not-wandb': [
    { kind: 'wandb-not-wandb', host: 'wandb.example.org', status: 302, to: 'https://login.example.org/' },
    { kind: 'wandb-not-wandb', host: 'wandb.example.org', status: 404 },
  ],
};

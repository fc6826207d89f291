/** Examples of problems with notifications. */

import type { NotifyProblem } from '../../src/notify/problem.ts';

type NotifyExamples = { [K in NotifyProblem['kind']]: (NotifyProblem & { kind: K })[] };

const place = { file: '.env', line: 3 };

export const notifyProblems: NotifyExamples = {
  'webhook-bad-url': [
    { kind: 'webhook-bad-url', name: 'SLACK_WEBHOOK_URL', why: 'form', place },
    { kind: 'webhook-bad-url', name: 'NOTIFY_WEBHOOK_URL', why: 'protocol' },
    { kind: 'webhook-bad-url', name: 'NOTIFY_WEBHOOK_URL', why: 'user' },
  ],
  'webhook-on-command-line': [
    { kind: 'webhook-on-command-line', name: 'SLACK_WEBHOOK_URL', place: { file: 'command line' } },
  ],
  'webhook-in-env': [{ kind: 'webhook-in-env', name: 'NOTIFY_WEBHOOK_URL' }],
};

/** Sentences for what is wrong with the addresses of notifications. */

import type { NotifyProblem } from '../../notify/problem.ts';
import type { Sentences } from '../problem.ts';

export const notifySentences: Sentences<NotifyProblem> = {
  'webhook-bad-url': ({ name, why }) => ({
    says: `${name} ${WHY[why]}`,
    next: [
      name === 'SLACK_WEBHOOK_URL'
        ? 'Slack shows it on the page of your app, under Incoming Webhooks; copy it whole.'
        : 'Write it as https://HOST/PATH.',
    ],
  }),
  'webhook-on-command-line': ({ name }) => ({
    says: `${name} is a secret, and every process list shows a command line`,
    next: [`Put it into .env (${name}=…), which is never pushed, or into the environment.`],
  }),
  'webhook-in-env': ({ name }) => ({
    says: `${name} is a secret, and what is in [env] stands in every job script`,
    next: [
      `Put it into .env (${name}=…), which is never pushed.`,
      `A job that writes there itself gets it with SECRETS=${name}.`,
    ],
  }),
};

const WHY = {
  form: 'is no address: there is something in it, or missing, that makes it none',
  protocol: 'is no address of a web server: it has to begin with https:// or http://',
  user: 'has a user or a password before the host, which is not sent',
} as const;

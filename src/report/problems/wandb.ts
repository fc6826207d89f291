/** Sentences for what goes wrong with W&B. */

import type { KeySource, NoAnswer, WandbProblem } from '../../sweep/wandb/problem.ts';
import { sendAgents } from '../commands.ts';
import type { Sentences } from '../problem.ts';

export const wandbSentences: Sentences<WandbProblem> = {
  'wandb-no-key': ({ host, netrc, authorize }) => ({
    says: `There is no key for W&B at ${host}: no WANDB_API_KEY in the environment or in .env, and nothing for it in ${netrc}.`,
    next: [`Your key is shown at ${authorize}; put it into .env as WANDB_API_KEY=… (.env is never pushed).`],
  }),
  'wandb-bad-key': ({ host, where, authorize, detail }) => ({
    says: `W&B at ${host} does not know the key${where ? ` ${FOUND[where]}` : ''}.`,
    words: detail,
    next: [
      `Compare it with the one at ${authorize}.`,
      `If that key is for another server: name it with WANDB_BASE_URL in .env (now ${host}).`,
    ],
  }),
  'wandb-no-default-entity': ({ host }) => ({
    says: `W&B at ${host} knows the key, but no user or team that it stands for.`,
    next: ['Name the team with WANDB_ENTITY=… in .env, or with entity: in the sweep file.'],
  }),
  'wandb-bad-url': ({ value }) => ({
    says: `WANDB_BASE_URL=${value} is no address of a server`,
    next: ['Write it as https://HOST, without user, password or ?; leave it out for wandb.ai itself.'],
  }),
  'wandb-bad-name': ({ key, value }) => ({
    says: `${key}=${value} is no name of ${key === 'WANDB_ENTITY' ? 'a user or a team' : 'a project'} at W&B`,
    next: [
      key === 'WANDB_ENTITY'
        ? 'Write the name as it stands in the address of your page: https://wandb.ai/NAME. In a sweep file it is entity:.'
        : 'It has up to 128 characters, none of them / \\ # ? % or :. In a sweep file it is project:.',
    ],
  }),
  'wandb-bad-sweep-id': ({ value }) => ({
    says: `SWEEP_ID=${value} is no sweep of W&B's.`,
    next: ["Write it as abc123de, PROJECT/abc123de, ENTITY/PROJECT/abc123de or as the address of the sweep's page."],
  }),
  'wandb-no-entity': ({ host, entity, why, detail }) => ({
    says:
      why === 'denied'
        ? `W&B at ${host} does not let this key in to ${entity || 'its entity'}.`
        : `W&B at ${host} knows no user or team ${entity || 'for this key'}.`,
    words: detail,
    next: [
      'WANDB_ENTITY (or entity: in the sweep file) is your user name or a team that you belong to; without it, it is what your key stands for.',
      ...(why === 'denied' ? ['If it is your team: ask its administrator whether you may write there.'] : []),
    ],
  }),
  'wandb-no-project': ({ host, entity, project, detail }) => ({
    says: `W&B at ${host} has no project ${project} of ${entity}, or none that this key may see.`,
    words: detail,
    next: [
      'Check WANDB_PROJECT and WANDB_ENTITY (or project: and entity: in the sweep file), or write SWEEP_ID as ENTITY/PROJECT/ID.',
    ],
  }),
  'wandb-no-sweep': ({ host, entity, project, sweepId }) => ({
    says: `W&B at ${host} has no sweep ${sweepId} in ${entity}/${project}.`,
    next: [
      'If it is in another project, write SWEEP_ID as ENTITY/PROJECT/ID, as it stands in the address of its page.',
    ],
  }),
  'wandb-over': ({ sweepId, state, page }) => ({
    says: `W&B says that the sweep ${sweepId} is ${state}: its agents would get no runs. Nothing was submitted.`,
    next: [`Its page is ${page}`, 'The same command with FORCE=1 sends agents all the same.'],
  }),
  'wandb-bad-config': ({ detail }) => ({
    says: 'W&B does not take the configuration of the sweep. Nothing was submitted.',
    words: detail,
    next: ['What belongs into it: https://docs.wandb.ai/models/sweeps/sweep-config-keys'],
  }),
  'wandb-bounds': ({ parameter, min, max }) => ({
    says: `Parameter ${parameter}: from min ${min} and max ${max} nobody can tell whether integers or floats are meant`,
    next: [
      'Write both with a decimal point or both without one (min: 0.0, max: 1.0), or add distribution: uniform or another.',
    ],
  }),
  'wandb-unknown-outcome': ({ host, page, detail }, typed) => ({
    says: `W&B at ${host} was asked to create the sweep, and no answer came: it may be there, or not. Nothing was submitted.`,
    words: detail,
    next: [
      `Look for it at ${page}`,
      `If it is there, send agents to it: ${sendAgents('ID', typed)}`,
      'If not, type the same command again.',
    ],
  }),
  'wandb-unreachable': ({ host, why, detail, proxy }) => ({
    says: `W&B at ${host} cannot be reached: ${NO_ANSWER[why]}.`,
    words: detail,
    next: [
      why === 'tls'
        ? "If your site has certificates of its own, NODE_EXTRA_CA_CERTS=/path/to/them.pem in the environment adds them to Node's."
        : `Check the network${why === 'name' ? ' and the name' : ''}; which server is meant is for WANDB_BASE_URL to say.`,
      ...(proxy
        ? [`${proxy} is set, but this Node does not use it: W&B has to be reachable without, or through a VPN.`]
        : []),
      'Nothing was changed, there or on the cluster: type the same command again.',
    ],
  }),
  'wandb-server': ({ host, status, detail }) => ({
    says:
      status >= 500 || status === 429
        ? `W&B at ${host} has trouble of its own (HTTP ${status}${status === 429 ? ', too many questions' : ''}).`
        : `W&B at ${host} does not understand the question (HTTP ${status}).`,
    words: detail,
    next: [
      status >= 500 || status === 429
        ? 'Try again in a while; https://status.wandb.com tells of disturbances of wandb.ai. Nothing was changed.'
        : 'If it is a server of your site, it may be older than its API that is used here: ask for an update. Nothing was changed.',
    ],
  }),
  'wandb-not-wandb': ({ host, status, to }) => ({
    says: `What answers at ${host} is not W&B's API (HTTP ${status}${to ? `, it leads to ${to}` : ''}).`,
    next: [
      'WANDB_BASE_URL is the address of the API, as in `wandb login --host`: https://api.wandb.ai, or your own server.',
      'If it is right, a proxy or a login page of your network stands in between.',
    ],
  }),
};

const FOUND: Readonly<Record<KeySource, string>> = {
  environment: 'in WANDB_API_KEY of the environment (which wins over .env)',
  'env-file': 'in WANDB_API_KEY of .env',
  netrc: 'in ~/.netrc, where wandb login leaves it',
};

const NO_ANSWER: Readonly<Record<NoAnswer, string>> = {
  name: 'its name is unknown here',
  refused: 'nobody listens there',
  route: 'there is no way to it from here',
  timeout: 'it does not answer in time',
  tls: 'it offers no TLS that can be trusted',
  lost: 'the connection broke',
};

/** Sentences for what goes wrong between here and the host. */

import type { HostProblem } from '../../host/problem.ts';
import { quote } from '../../host/quote.ts';
import { again, clusterFile, make, type Typed, withoutProfile } from '../commands.ts';
import { didYouMean, type Sentences } from '../problem.ts';

export const hostSentences: Sentences<HostProblem> = {
  unreachable: ({ host, detail, nearest }, typed) => ({
    says: `${host} cannot be reached${didYouMean(nearest) || '.'}`,
    words: detail,
    next: [`Check the network (VPN?) and REMOTE_HOST in ${clusterFile(typed)}.`, goesOn(typed)],
  }),
  'login-refused': ({ host, detail }, typed) => ({
    says: `${host} refuses the login.`,
    words: detail,
    next: [
      /host key/i.test(detail)
        ? `Its key is unknown here, or it is not the one it had. Log in once by hand and look: ssh ${quote(host)}`
        : `Log in once by hand, to see what is missing (key, passphrase, password): ssh ${quote(host)}`,
      goesOn(typed),
    ],
  }),
  'connection-lost': ({ host, detail }, typed) =>
    host === 'local'
      ? { says: '/bin/sh on this machine ended without an answer.', words: detail, next: [goesOn(typed)] }
      : {
          says: `The connection to ${host} is lost.`,
          words: detail,
          next: ['Check the network.', goesOn(typed)],
        },
  'no-program': ({ program, where }) => ({
    says: `${program} is not installed ${place(where)}.`,
    next: [
      where === 'there'
        ? `Ask those who run the cluster for ${program}; it has to be on the PATH of a login without a terminal.`
        : `Install it (apt install ${PACKAGES[program] ?? program}, brew install ${PACKAGES[program] ?? program}) and try again.`,
    ],
  }),
  'disk-full': ({ where, detail }, typed) => ({
    says: `There is no space left ${place(where)}.`,
    words: detail,
    next:
      where === 'there'
        ? [`Run directories that nobody needs go with: ${make('slurm-clean', undefined, withoutProfile(typed))}`]
        : ['Make room and try again: nothing was removed, on either side.'],
  }),
  'transfer-failed': ({ direction, code, detail }, typed) => ({
    says:
      direction === 'up'
        ? `Not everything could be sent: ${RSYNC[code] ?? `exit code ${code}`}.`
        : `Not everything could be brought here: ${RSYNC[code] ?? `exit code ${code}`}.`,
    words: detail,
    next:
      direction === 'up'
        ? ['Nothing was submitted. Try again once that is put right.']
        : [`Everything is still on the cluster. Try again: ${again('slurm-collect', undefined, typed)}`],
  }),
};

const PACKAGES: Readonly<Record<string, string>> = { ssh: 'openssh-client' };

/** rsync(1), EXIT VALUES. */
const RSYNC: Readonly<Record<number, string>> = {
  2: 'the two rsyncs do not understand one another',
  5: 'rsync could not start on the other side',
  10: 'the connection broke off',
  11: 'a file could not be read or written',
  12: 'the connection broke off',
  20: 'rsync was interrupted',
  23: 'rsync could not transfer some of the files',
  24: 'some files vanished meanwhile',
  30: 'the connection was silent for too long',
};

function place(where: string): string {
  return where === 'here' ? 'on this machine' : where === 'there' ? 'on the cluster' : `on ${where}`;
}

function goesOn(typed: Typed): string {
  return `Nothing is lost: ${make('slurm-recover', undefined, typed)} goes on from here.`;
}

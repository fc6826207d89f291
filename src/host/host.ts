/** Chooses the host that a cluster's REMOTE_HOST names. */

import { localHost } from './local.ts';
import { sshHost } from './ssh.ts';
import type { Host } from './types.ts';

export function openHost(name: string): Host {
  return name === 'local' ? localHost() : sshHost(name);
}

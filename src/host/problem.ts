/** What can go wrong between here and the host. */

import type { ProblemBase } from '../failure.ts';

export type HostProblem = ProblemBase &
  (
    | { kind: 'unreachable'; host: string; detail: string; nearest?: string }
    | { kind: 'login-refused'; host: string; detail: string }
    | { kind: 'connection-lost'; host: string; detail: string }
    | { kind: 'no-program'; program: string; where: string }
    | { kind: 'disk-full'; where: string; detail: string }
    | { kind: 'transfer-failed'; direction: 'up' | 'down'; code: number; detail: string }
  );

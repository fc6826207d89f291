/** What can go wrong with W&B (Weights & Biases): its key, its names, the way to it and what it answers. */

import type { ProblemBase } from '../../failure.ts';

/** Where a key was found. */
export type KeySource = 'environment' | 'env-file' | 'netrc';

/** Why a host gave no answer; `lost` is a connection that broke, or a fault without a name. */
export type NoAnswer = 'name' | 'refused' | 'route' | 'timeout' | 'tls' | 'lost';

/** `detail` is the server's or the system's own words. No key is in any of them. */
export type WandbProblem = ProblemBase &
  (
    | NameProblem
    | WayProblem
    /** `netrc` is the file that was looked into, `authorize` the page that shows the key. */
    | { kind: 'wandb-no-key'; host: string; netrc: string; authorize: string }
    | { kind: 'wandb-bad-key'; host: string; where?: KeySource; authorize: string; detail: string }
    /** The key is right, but belongs to nobody who could have a sweep: a service account without a team. */
    | { kind: 'wandb-no-default-entity'; host: string }
    /** `state` is W&B's word; no agent would get a run any more. */
    | { kind: 'wandb-over'; sweepId: string; state: string; page: string }
    /** The server refuses the sweep's configuration. */
    | { kind: 'wandb-bad-config'; detail: string }
    /** `min` and `max` of a parameter are not two integers and not two floats, and no `distribution` is given. */
    | { kind: 'wandb-bounds'; parameter: string; min: string; max: string }
    /** The request to create a sweep was sent, and whether it was created is unknown; `page` shows the project's sweeps. */
    | { kind: 'wandb-unknown-outcome'; host: string; page: string; detail: string }
  );

type NameProblem =
  | { kind: 'wandb-bad-url'; value: string }
  | { kind: 'wandb-bad-name'; key: 'WANDB_ENTITY' | 'WANDB_PROJECT'; value: string }
  | { kind: 'wandb-bad-sweep-id'; value: string }
  /** `denied`: it may exist, but is not for this key. */
  | { kind: 'wandb-no-entity'; host: string; entity: string; why: 'unknown' | 'denied'; detail: string }
  | { kind: 'wandb-no-project'; host: string; entity: string; project: string; detail: string }
  | { kind: 'wandb-no-sweep'; host: string; entity: string; project: string; sweepId: string };

type WayProblem =
  /** `proxy` is the variable that names a proxy, which Node's fetch does not use. */
  | { kind: 'wandb-unreachable'; host: string; why: NoAnswer; detail: string; proxy?: string }
  | { kind: 'wandb-server'; host: string; status: number; detail: string }
  /** Something answers, but not W&B's API: a proxy, a login page, another server. `to` is where it sends us. */
  | { kind: 'wandb-not-wandb'; host: string; status: number; to?: string };

/** What a flow's run is called. */

import type { WhichRun } from '../run/find.ts';

/** FLOW and TAG. */
export interface WhichFlow {
  name: string;
  tag?: string;
}

/** A flow's run is tracked as if of a profile `flow`. */
export const runOfFlow = ({ name, tag }: WhichFlow): WhichRun => ({
  profile: 'flow',
  tag: tag === undefined ? name : `${name}.${tag}`,
});

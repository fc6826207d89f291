/** Why a job waits: the scheduler's words (squeue(1), "JOB REASON CODES"; src/common/job_state_reason.c) as sentences. */

/**
 * A reason explained, without a full stop; undefined for one that says enough by itself or that nobody here knows. `release` is the
 * command that lets the job go.
 */
export function reasonText(reason: string, release: string = RELEASE): string | undefined {
  // `ReqNodeNotAvail, UnavailableNodes:n1`, `ReqNodeNotAvail(Unavailable:n1)`, `RaisedSignal:9(Killed)`: the word in front counts.
  const word = /^[A-Za-z]+/.exec(reason)?.[0] ?? '';
  if (/^Nodes[ _]required/i.test(reason)) return 'nodes it needs are down, being drained or reserved for others';
  if (Object.hasOwn(REASONS, word)) return REASONS[word];
  const held = heldText(reason, word);
  return held === undefined ? limit(word) : `${held}; ${release} lets it go`;
}

/** Whether it waits for nothing but its owner's word. */
export function isHeld(reason: string): boolean {
  return heldText(reason) !== undefined;
}

export const RELEASE = 'make slurm-release';

function heldText(reason: string, word = reason): string | undefined {
  if (word === 'JobHeldUser') return 'its owner holds it';
  if (word === 'JobHoldMaxRequeue') return 'it was requeued too often and is held';
  return /\bheld\b/i.test(reason) ? 'it is held back after a failed start' : undefined;
}

const ADMIN = 'ask those who run the cluster';

const REASONS: Readonly<Record<string, string>> = {
  Priority: 'jobs with a higher priority are ahead of it',
  Resources: 'it waits for CPUs, memory, GPUs or nodes to become free',
  Licenses: 'it waits for a license',
  BeginTime: 'its time to begin has not come yet (after a requeue: two minutes)',
  JobArrayTaskLimit: 'as many tasks of the array as it allows at a time (the % in SBATCH_ARRAY) are running',
  Cleaning: 'what is left of its last start is still being cleaned up',
  Prolog: "its nodes are being made ready (the site's prolog)",
  SchedDefer: 'the scheduler puts off new jobs at present',
  FedJobLock: 'the clusters of the federation settle which of them runs it',

  Dependency: 'it waits for the jobs it depends on',
  DependencyNeverSatisfied:
    'a job it depends on did not end as it had to, so it will never start: cancel it (make slurm-cancel)',
  DeadLine: 'it cannot end before its deadline any more',

  JobHeldAdmin: `an administrator holds it: ${ADMIN}`,
  JobLaunchFailure: 'it could not be launched on its node',
  SystemFailure: 'Slurm, the file system or the network failed under it',

  NodeDown: 'a node it needs is down',
  ReqNodeNotAvail: 'a node it needs is not available: down, being drained, or reserved (for maintenance, perhaps)',
  Reservation: 'its reservation has not begun yet',
  ReservationDeleted: 'its reservation is gone: change SBATCH_RESERVATION',
  ReservationInvalid: 'its reservation is not valid: change SBATCH_RESERVATION',
  FrontEndDown: 'no front-end node is up',
  PowerNotAvail: 'there is not enough electric power for it at present',
  PowerReserved: 'the electric power it needs is reserved',
  BurstBufferResources: 'it waits for room in the burst buffer',
  BurstBufferStageIn: 'its data is being moved into the burst buffer',
  BurstBufferOperation: `the burst buffer failed: ${ADMIN}`,

  PartitionDown: 'its partition is down',
  PartitionInactive: 'its partition starts no jobs at present',
  PartitionNodeLimit: 'it asks for more or fewer nodes than its partition allows: change SBATCH_NODES or PARTITION',
  PartitionTimeLimit: 'it asks for more time than its partition allows: lower SBATCH_TIME or change PARTITION',
  PartitionConfig: 'it asks for more than its partition can ever give: ask for less, or change PARTITION',
  BadConstraints: 'no node can ever give what it asks for: change SBATCH_CONSTRAINT or the resources',
  Constraints: 'no node can give what it asks for at present: see SBATCH_CONSTRAINT and the resources',
  MaxMemPerLimit:
    'it asks for more memory for each CPU or node than is allowed: lower SBATCH_MEM, or ask for more CPUs',

  InvalidAccount: 'its account is not valid: change ACCOUNT',
  InvalidQOS: 'its QOS is not valid: change SBATCH_QOS',
  AccountNotAllowed: 'its account may not use this partition: change ACCOUNT or PARTITION',
  QOSNotAllowed: 'its QOS may not be used in this partition or by this account: change SBATCH_QOS',
  QOSUsageThreshold: 'its account has used more than its QOS lets pass',
  AccountingPolicy: 'a limit of its account or QOS holds it back',
  AssociationJobLimit: 'its account allows no more jobs at a time: it starts when others have ended',
  AssociationResourceLimit: 'its account allows no more resources at a time: it starts when other jobs have ended',
  AssociationTimeLimit: 'its account has used up its time',
  QOSJobLimit: 'its QOS allows no more jobs at a time: it starts when others have ended',
  QOSResourceLimit: 'its QOS allows no more resources at a time: it starts when other jobs have ended',
  QOSTimeLimit: 'its QOS has used up its time',
};

/**
 * The names of limits are put together: whose (association or QOS), on one job or on all together, and of what:
 * `QOSMaxCpuPerUserLimit`, `AssocGrpGRESMinutes`, `QOSMaxWallDurationPerJobLimit`, `MaxNodePerAccount`.
 */
function limit(word: string): string | undefined {
  const [, whose, kind, rest = ''] = /^(QOS|Assoc)?(Grp|Max|Min)([A-Z]\w*)$/.exec(word) ?? [];
  if (kind === undefined) return undefined;
  const of = whose === 'QOS' ? 'its QOS' : whose === 'Assoc' ? 'its account' : 'its account or QOS';
  const what = WHAT.find(([pattern]) => pattern.test(rest))?.[1] ?? 'resources';
  if (kind === 'Min') return `it asks for less (${what}) than ${of} wants at the least`;
  if (/PerJob|PerNode/.test(rest)) return `it asks for more (${what}) than ${of} allows one job: ask for less`;
  // Minutes of jobs that run count only while they do.
  if (/Minutes|^Wall/.test(rest) && !/RunMinutes/.test(rest)) return `${of} has used up its share (${what})`;
  return `${of} allows no more at a time (${what}): it starts when other jobs have ended`;
}

const WHAT: readonly (readonly [RegExp, string])[] = [
  [/^CPU|^Cpu/, 'CPUs'],
  [/^Mem/, 'memory'],
  [/^GRES/, 'GPUs, GRES'],
  [/^Node/, 'nodes'],
  [/^Wall/, 'run time'],
  [/^Submit/, 'jobs submitted'],
  [/^Job/, 'jobs'],
  [/^License/, 'licenses'],
];

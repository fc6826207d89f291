/** What the values of sbatch's common options look like: refused is only what no Slurm from 20.11 to 26.05 takes. */

/** What a value ought to be; the sentences of `src/report` say how that is written. */
export type ValueForm = 'time' | 'size' | 'count' | 'nodes' | 'array' | 'gpus' | 'events';

// Whether a cluster has that much, that many or that kind is for its own Slurm to say. gpus-per-task is not here: 24.11
// takes any text for it.
const OPTIONS: Readonly<Record<ValueForm, string>> = {
  time: 'time time-min',
  size: 'mem mem-per-cpu mem-per-gpu tmp',
  count: `
    cores-per-socket cpus-per-gpu cpus-per-task mincpus ntasks ntasks-per-core ntasks-per-gpu ntasks-per-node
    ntasks-per-socket ntasks-per-tres sockets-per-node tasks-per-node threads-per-core`,
  nodes: 'nodes',
  array: 'array',
  gpus: 'gpus gpus-per-node gpus-per-socket',
  events: 'mail-type',
};

const formOf = new Map(
  Object.entries(OPTIONS).flatMap(([form, options]) => words(options).map((option) => [option, form as ValueForm])),
);

/** The form that a value of an option ought to have and has not; undefined for a right one and for every other option. */
export function missedForm(option: string, value: string): ValueForm | undefined {
  const form = formOf.get(option);
  return form === undefined || READERS[form](value) ? undefined : form;
}

// A number as C's strtol reads it.
const BLANKS = String.raw`[ \t-\r]*`;
const NUMBER = String.raw`${BLANKS}[+-]?\d+`;

const COUNT = new RegExp(`^${NUMBER}$`);
const SIZE = new RegExp(`^(${NUMBER})(?:[kmgt]b?)?$`, 'i');
// `-5`, five days less than none, is taken too.
const TIME = /^(?:infinite|unlimited|-?\d+|\d+(?::\d+){1,2}|\d+-(?:\d+(?::\d+){0,2})?)$/i;
const NODES = new RegExp(String.raw`^(?:(${BLANKS}(?:\+?\d+k?m?${BLANKS})?)-)?(${NUMBER}k?m?)${BLANKS}$`, 'i');
// A list of sizes: from 23.02 on.
const NODE_LIST = /^[\d\s,:+-]*$/;
// The brackets are squeue's; a number that is missing is 0, and after `%` anything goes.
const TASKS = new RegExp(
  String.raw`^\[?((?:${NUMBER})?)\]?(?:-((?:${NUMBER})?)\]?(?::((?:${NUMBER})?)\]?)?)?(?:%.*)?$`,
  's',
);
const GPU_COUNT = new RegExp(String.raw`^(?=.)${BLANKS}[+-]?\d*(?:[kmgtp](?:i?b)?)?$`, 'i');
const EVENTS = words(`
  NONE ALL BEGIN END FAIL REQUEUE INVALID_DEPEND STAGE_OUT TIME_LIMIT TIME_LIMIT_90 TIME_LIMIT_80 TIME_LIMIT_50
  ARRAY_TASKS`);

// After Slurm's own: time_str2secs (parse_time.c), str_to_mbytes, parse_int, verify_node_count and parse_mail_type
// (proc_args.c), slurm_parse_array_tok and slurm_get_next_tres (slurm_protocol_defs.c).
const READERS: Readonly<Record<ValueForm, (value: string) => boolean>> = {
  time: (value) => TIME.test(value),
  size: (value) => Number(SIZE.exec(value)?.[1]) >= 0,
  count: (value) => COUNT.test(value) && Number(value) > 0,
  nodes: (value) => {
    if (/[,:]/.test(value)) return NODE_LIST.test(value);
    const [, least, most] = NODES.exec(value) ?? [];
    // 0 is no upper limit; numbers with a suffix are not compared.
    return most !== undefined && (Number(most) === 0 || !(Number(most) < Number(least ?? 0)));
  },
  array: (value) =>
    value
      .split(',')
      .filter((part) => part !== '')
      .every((part) => {
        const [found, first, last = first, step = '1'] = TASKS.exec(part) ?? [];
        return found !== undefined && Number(first) >= 0 && Number(last) >= Number(first) && Number(step) > 0;
      }),
  // What stands alone may be the name of a type.
  gpus: (value) =>
    value.split(',').every((part) => {
      const count = part.includes('=') ? undefined : /:([^:]*)$/.exec(part)?.[1];
      return count === undefined || GPU_COUNT.test(count);
    }),
  // Of several, those it does not know sbatch passes over.
  events: (value) => value.split(',').some((event) => EVENTS.includes(event.toUpperCase())),
};

function words(list: string): string[] {
  return list.trim().split(/\s+/);
}

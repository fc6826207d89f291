/** Counts, durations and sizes as people write them. */

/** `1 file`, `10 files`. */
export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${number} ${number === 1 ? noun : plural}`;
}

/** Seconds as Slurm shows them: `01:23:45`, `2-03:04:05`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const two = (value: number): string => String(value).padStart(2, '0');
  const clock = [Math.floor(whole / 3600) % 24, Math.floor(whole / 60) % 60, whole % 60].map(two).join(':');
  const days = Math.floor(whole / 86400);
  return days > 0 ? `${days}-${clock}` : clock;
}

/** Bytes: `999 B`, `12.3 kB`, `1.2 GB`, in powers of 1000 as network and disks are counted. */
export function bytes(number: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let value = number;
  let at = 0;
  while (value >= 999.5 && at < units.length - 1) {
    value /= 1000;
    at += 1;
  }
  return `${at === 0 || value >= 99.5 ? Math.round(value) : value.toFixed(1)} ${units[at]}`;
}

/** Memory as sacct has it (`41943040K`, `40G`, `4000Mn`) with the unit that suits it: `40G`, `3.9G per node`. */
export function memory(text: string): string {
  const [, number, unit, per] = /^([\d.]+)([KMGTP]?)B?([nc]?)$/i.exec(text) ?? [];
  if (number === undefined) return text;
  const units = 'KMGTP';
  let value = Number(number) * (unit ? 1 : 1 / 1024);
  let at = Math.max(0, units.indexOf((unit || 'K').toUpperCase()));
  while (value >= 1024 && at < units.length - 1) {
    value /= 1024;
    at += 1;
  }
  // Before Slurm 21.08 ReqMem says what it is counted by.
  const each = per === 'n' ? ' per node' : per === 'c' ? ' per CPU' : '';
  return `${Number(value.toFixed(1))}${units[at]}${each}`;
}

/** Names in a row, the first `most` of them. */
export function names(list: readonly string[], most = 12): string {
  const rest = list.length - most;
  return rest > 0 ? `${list.slice(0, most).join(', ')} and ${rest} more` : list.join(', ');
}

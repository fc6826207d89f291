/** Quoting for a POSIX shell. */

/** One shell word that means exactly `value`; plain words stay as they are. NUL cannot be in an argument and throws. */
export function quote(value: string): string {
  if (value.includes('\0')) throw new RangeError('a shell word cannot hold NUL');
  if (/^[A-Za-z0-9_@%+=:,./-]+$/.test(value)) return value;
  return `'${value.replaceAll("'", "'\\''")}'`;
}

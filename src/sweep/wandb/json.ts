/** Looks into answers, which are whatever the server sends. */

/** Its members; none of anything that is no object. */
export const asRecord = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};

/** An object in JSON; undefined for any other text. */
export function readRecord(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? asRecord(value) : undefined;
  } catch {
    return undefined;
  }
}

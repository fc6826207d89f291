/** The colours a report may use; the caller decides whether they are on. */

import pc from 'picocolors';

/** `createColors(enabled)` of picocolors; off for NO_COLOR, without a terminal, and for JSON. */
export type Style = Pick<
  ReturnType<typeof pc.createColors>,
  'isColorSupported' | 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'
>;

/** No colours at all. */
export const plain: Style = pc.createColors(false);

/** How many runs a W&B sweep of `method: grid` has, as far as its file says. */

import type { YamlMapping, YamlNode } from '../../conf/yaml.ts';
import { entryOf } from '../../conf/yaml-values.ts';

/**
 * The product of the lists of `values` under `parameters:`, where every parameter has one, or a single `value`, or
 * `parameters:` of its own (W&B Docs, "Sweep configuration options"); otherwise undefined.
 */
export function gridSize(config: YamlMapping): number | undefined {
  const parameters = entryOf(config, 'parameters')?.value;
  return parameters && sizeOf(parameters);
}

function sizeOf(parameters: YamlNode): number | undefined {
  if (parameters.kind !== 'mapping' || parameters.entries.length === 0) return undefined;
  let product = 1;
  for (const { value: parameter } of parameters.entries) {
    if (parameter.kind !== 'mapping') return undefined;
    const values = entryOf(parameter, 'values')?.value;
    const nested = entryOf(parameter, 'parameters')?.value;
    let size: number | undefined;
    if (values) size = values.kind === 'list' ? values.items.length : undefined;
    else if (nested) size = sizeOf(nested);
    else if (entryOf(parameter, 'value')) size = 1;
    if (size === undefined) return undefined;
    product *= size;
  }
  return product;
}

/** slurm-help: the targets and variables there are. */

import { helpText } from '../src/report/help.ts';
import { command } from './command.ts';

command('slurm-help', async () => ({ result: {}, text: helpText() }));

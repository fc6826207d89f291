/** slurm-shell: a shell in an allocation as a profile's jobs get it; CMD is run instead of it. */

import { planShell, type ShellOptions, shell } from '../src/interactive/shell.ts';
import { plannedShellText, shellText } from '../src/report/interactive.ts';
import { command } from './command.ts';

command('slurm-shell', async ({ which, project, variables, dryRun, style, typed, terminal, onInterrupt }) => {
  const json = variables.flag('JSON');
  const text = variables.text('CMD');
  const output = json ? 'stderr' : 'stdout';
  const person = process.stdin.isTTY === true && process[output].isTTY === true;
  const options: ShellOptions = {
    ...{ ...which(), terminal: person, output },
    ...(text === undefined ? {} : { command: text }),
    onInterrupt: (handler) => {
      let times = 0;
      onInterrupt(() => {
        handler();
        times += 1;
        // Whoever presses it again does not want to wait for the clearing up.
        if (!person && times > 1) process.exit(130);
      });
    },
  };
  if (dryRun) {
    const result = await planShell(project(), options);
    return { result: { ...result, dryRun }, text: plannedShellText(result, style) };
  }
  // Standard output is the command's.
  terminal.aside();
  const result = await shell(project(), options);
  terminal.note(shellText(result, style, typed));
  const exit = result.interrupted ? 130 : text === undefined ? (result.natural ? 0 : 1) : result.code;
  return { exit, result };
});

import { Command } from 'commander';
import { vi } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import { addControlCommands, type CommandLine } from '../../src/control-commands.ts';
import { sendAnswer } from '../../src/http/router.ts';
import { addGroupCommands, addLimitCommands, addListCommands } from '../../src/limit-command.ts';
import { startRoutes } from '../http/routes.ts';
import type { ControlledDaemon } from './control.ts';

/** The command line beside a daemon, for one test; returns what a command prints. */
export async function startCommandLine(daemon: ControlledDaemon) {
  const { port } = await startRoutes({
    handlers: {
      runCommand({ input, response }) {
        sendAnswer(response, daemon.execute(String(input['command']), input['input']));
      },
    },
  });
  const http = { ...daemon.config.http, host: '127.0.0.1', port, auth: 'none' as const };
  const config: Config = { ...daemon.config, http };
  const load = () => Promise.resolve(config);
  return async (...args: string[]): Promise<string> => {
    const program = quiet(new Command());
    const below = (parent: Command): CommandLine => ({
      command: (name) => quiet(parent.command(name)),
      load,
    });
    addControlCommands(below(program));
    addListCommands(below(program));
    addGroupCommands(below(program.command('group')));
    addLimitCommands(below(program.command('limit')));
    const written: string[] = [];
    const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      written.push(String(text));
      return true;
    });
    await program.parseAsync(args, { from: 'user' }).finally(() => write.mockRestore());
    return written.join('');
  };
}

/** What is wrong is thrown, and not written to standard error. */
function quiet(command: Command): Command {
  return command.exitOverride().configureOutput({ writeErr: () => {} });
}

import { AppError } from './base/errors.ts';
import { createHomeAssistantApp } from './home-assistant-app.ts';
import { run } from './run.ts';
import { createSupervisor } from './supervisor.ts';

/** Runs LanLedger as an app of Home Assistant, in the container that the Supervisor starts. */
export async function runInHomeAssistant(environment: NodeJS.ProcessEnv): Promise<void> {
  const { SUPERVISOR_TOKEN: token = '' } = environment;
  if (token === '') {
    throw new AppError(
      'CONFIG_INVALID',
      'SUPERVISOR_TOKEN is missing: "lanledger home-assistant" is for the app of Home Assistant; elsewhere it is "lanledger run".',
    );
  }
  const { load, watch } = createHomeAssistantApp({
    environment,
    supervisor: createSupervisor({ token }),
  });
  await run({ load, watch });
}

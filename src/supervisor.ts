import { AppError, messageOf } from './base/errors.ts';
import { createValidator } from './base/validator.ts';

/** What Home Assistant's Supervisor tells its apps. Both reject with `SUPERVISOR_UNREACHABLE` or `SUPERVISOR_REFUSED`. */
export interface Supervisor {
  /** The port on which ingress will ask for the dashboard. */
  ingressPort(): Promise<number>;
  /** Home Assistant's MQTT broker, or undefined where it has none. */
  broker(): Promise<SuppliedBroker | undefined>;
}

export interface SuppliedBroker {
  host: string;
  port: number;
  username?: string;
  password?: string;
  ssl?: boolean;
}

export interface SupervisorOptions {
  url?: string;
  /** `SUPERVISOR_TOKEN`, which every app has in its environment. */
  token: string;
  timeoutMs?: number;
}

const port = { type: 'integer', minimum: 1, maximum: 65_535 };
const text = { type: 'string' };
const answers = {
  info: {
    type: 'object',
    required: ['data'],
    properties: {
      data: { type: 'object', required: ['ingress_port'], properties: { ingress_port: port } },
    },
  },
  mqtt: {
    type: 'object',
    required: ['data'],
    properties: {
      data: {
        type: 'object',
        required: ['host', 'port'],
        properties: {
          host: { ...text, minLength: 1 },
          port,
          username: text,
          password: text,
          ssl: { type: 'boolean' },
        },
      },
    },
  },
};

/** Asks the Supervisor by its API. */
export function createSupervisor({
  url = 'http://supervisor',
  token,
  timeoutMs = 5_000,
}: SupervisorOptions): Supervisor {
  const validator = createValidator(answers);

  async function ask(path: string): Promise<{ status: number; body: unknown }> {
    try {
      const headers = { Authorization: `Bearer ${token}` };
      const signal = AbortSignal.timeout(timeoutMs);
      const response = await fetch(new URL(path, url), { headers, signal, redirect: 'error' });
      return { status: response.status, body: parse(await response.text()) };
    } catch (error) {
      const sentence = `Home Assistant's Supervisor does not answer (${reasonOf(error)}).`;
      throw new AppError('SUPERVISOR_UNREACHABLE', sentence, { cause: error });
    }
  }

  function dataOf({ status, body }: { status: number; body: unknown }, shape: string): unknown {
    if (status === 401 || status === 403) throw refused(`refuses access (${status})`);
    if (status !== 200) throw refused(`answered ${status} (${messageIn(body)})`);
    try {
      validator.check(`#/${shape}`, body);
    } catch (error) {
      throw refused(`gave an answer that makes no sense (${messageOf(error).replace(/\.$/, '')})`);
    }
    return (body as { data: unknown }).data;
  }

  return {
    async ingressPort() {
      const info = dataOf(await ask('/addons/self/info'), 'info');
      return (info as { ingress_port: number }).ingress_port;
    },
    async broker() {
      const answer = await ask('/services/mqtt');
      if (answer.status === 400 && messageIn(answer.body) === noService) return undefined;
      return dataOf(answer, 'mqtt') as SuppliedBroker;
    },
  };
}

/** How the Supervisor says that no app serves MQTT, and none was set up by hand. */
const noService = 'Service not enabled';

function refused(what: string): AppError {
  return new AppError('SUPERVISOR_REFUSED', `Home Assistant's Supervisor ${what}.`);
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function messageIn(body: unknown): string {
  const message: unknown = (body as { message?: unknown } | null | undefined)?.message;
  return typeof message === 'string' ? message : 'without a reason';
}

/** `fetch` hides why behind "fetch failed". */
function reasonOf(error: unknown): string {
  return messageOf(error instanceof Error && error.cause !== undefined ? error.cause : error);
}

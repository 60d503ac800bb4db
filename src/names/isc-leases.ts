import { parseLease, type Lease } from './lease.ts';

/** dhcpd writes one short statement a line. */
const LINE_LIMIT = 4096;
/** A string (with its end, unless the line was cut), a mark, or a word. */
const tokenPattern = /"(?:[^"\\]|\\.)*"?|[{};]|[^\s{};"]+/g;

/** One `lease` declaration so far. */
interface Declaration {
  ip: string;
  /** Words of the statements of interest, without their first. */
  statements: Map<string, readonly string[]>;
}

/**
 * The leases in a file of ISC dhcpd (dhcpd.leases(5)). The file is a log: the last declaration of an address counts, and
 * only where it is complete and in use.
 */
export function parseIscLeases(text: string): Lease[] {
  const leases = new Map<string, Lease>();
  let declaration: Declaration | undefined;
  let depth = 0;
  for (const { words, mark } of statementsOf(text)) {
    if (mark === '{') {
      // It also ends whatever a crash left without its end.
      const isLease = words.at(-2) === 'lease';
      if (isLease) declaration = { ip: words.at(-1) ?? '', statements: new Map() };
      depth = isLease ? 1 : depth + 1;
    } else if (mark === ';') {
      const [first = '', ...rest] = words;
      if (depth === 1) declaration?.statements.set(first, rest);
    } else {
      depth = Math.max(0, depth - 1);
      if (depth > 0 || declaration === undefined) continue;
      take(declaration, leases);
      declaration = undefined;
    }
  }
  return [...leases.values()];
}

/** What an earlier declaration said of the address is over. */
function take(declaration: Declaration, leases: Map<string, Lease>): void {
  const { ip } = declaration;
  leases.delete(ip);
  const lease = leaseOf(declaration);
  if (lease !== undefined) leases.set(ip, lease);
}

function leaseOf({ ip, statements }: Declaration): Lease | undefined {
  const [bindingWord, state] = statements.get('binding') ?? [];
  const isInUse = bindingWord === undefined || state === 'active';
  const [hardware, mac = ''] = statements.get('hardware') ?? [];
  const [hostname = ''] = statements.get('client-hostname') ?? [];
  if (!isInUse || hardware !== 'ethernet') return undefined;
  const expiresAt = parseTime(statements.get('ends') ?? []);
  return parseLease({ mac, ip, hostname: unquote(hostname), expiresAt });
}

/** `<weekday> <year>/<month>/<day> <hour>:<minute>:<second>` in UTC, `epoch <seconds>`, or `never`; to epoch ms. */
function parseTime([first, second = '', third = '']: readonly string[]): number | undefined {
  if (first === 'epoch') return /^\d{1,12}$/.test(second) ? Number(second) * 1000 : undefined;
  const date = /^(\d{4})\/(\d\d)\/(\d\d)$/.exec(second);
  const time = /^\d\d:\d\d:\d\d$/.test(third);
  if (date === null || !time) return undefined;
  const at = Date.parse(`${date[1]}-${date[2]}-${date[3]}T${third}Z`);
  return Number.isNaN(at) ? undefined : at;
}

/** The words before each mark. */
function* statementsOf(text: string): Generator<{ words: string[]; mark: '{' | '}' | ';' }> {
  let words: string[] = [];
  for (const token of tokensOf(text)) {
    if (token === '{' || token === '}' || token === ';') {
      yield { words, mark: token };
      words = [];
    } else words.push(token);
  }
}

function* tokensOf(text: string): Generator<string> {
  for (const line of text.split('\n')) {
    if (line.length > LINE_LIMIT) continue;
    for (const [token] of line.matchAll(tokenPattern)) {
      if (token.startsWith('#')) break;
      yield token;
    }
  }
}

/** The text of a string; bytes beyond ASCII stand there in octal (`caf\303\251`). */
function unquote(token: string): string {
  if (!/^".*"$/.test(token)) return token;
  const bytes: number[] = [];
  for (const [part, octal] of token.slice(1, -1).matchAll(/\\([0-7]{3})|\\?[^]/gu)) {
    if (octal === undefined) bytes.push(...Buffer.from(part.replace(/^\\(?=.)/u, '')));
    else bytes.push(Number.parseInt(octal, 8) & 0xff);
  }
  return Buffer.from(bytes).toString('utf8');
}

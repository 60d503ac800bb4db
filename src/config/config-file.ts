import { isUtf8 } from 'node:buffer';
import { existsSync, readFileSync } from 'node:fs';
import { AppError, messageOf } from '../base/errors.ts';
import { givenValues, invalid, isPart, type ConfigPart, type GivenValue } from './given-value.ts';

const DEFAULT_FILE = '/etc/lanledger/lanledger.yaml';

/** The values that the configuration file gives; without `file`, those of the default one, if there is one. */
export async function fileValues(file: string | undefined): Promise<GivenValue[]> {
  const path = file ?? DEFAULT_FILE;
  if (file === undefined && !existsSync(path)) return [];
  return givenValues(await parse(path, read(path)), `file ${path}`);
}

function read(path: string): string {
  const bytes = readBytes(path);
  if (isUtf8(bytes)) return bytes.toString();
  throw invalid(`${path} is not in UTF-8: save it in that encoding, or use plain letters only.`);
}

function readBytes(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new AppError(
      'CONFIG_UNREADABLE',
      `The configuration ${path} cannot be read (${messageOf(error)}): check the path and its permissions.`,
      { cause: error },
    );
  }
}

/** The parser is loaded only where there is a file: it takes a while. */
async function parse(path: string, text: string): Promise<ConfigPart> {
  const { parseDocument } = await import('yaml');
  const document = parseDocument(text);
  // A warning is a tag such as !secret, whose value would be taken as plain text.
  const [problem] = [...document.errors, ...document.warnings];
  if (problem?.code === 'MULTIPLE_DOCS') {
    throw invalid(`${path} holds more than one document: remove the lines "---" in it.`);
  }
  if (problem !== undefined) throw notYaml(path, problem);
  const content = toValue(path, () => document.toJS() as unknown);
  if (content === null || content === undefined) return {};
  if (isPart(content)) return content;
  throw invalid(`${path} must hold keys and values, such as "http: { port: 8777 }".`);
}

function toValue(path: string, convert: () => unknown): unknown {
  try {
    return convert();
  } catch (error) {
    throw notYaml(path, error);
  }
}

function notYaml(path: string, error: unknown): AppError {
  const [problem = ''] = messageOf(error).split('\n', 1);
  return invalid(`${path} is not valid YAML: ${problem.replace(/[:.]$/, '')}.`, { cause: error });
}

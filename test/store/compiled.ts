import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { compile } from '../support/compiled.ts';

/** Compiles the store into `directory`, for processes of their own; returns the URL of its module. */
export function compileStore(directory: string): string {
  const module = compile('src/store/store.ts', directory);
  cpSync('src/store/migrations', join(directory, 'dist/store/migrations'), { recursive: true });
  return module;
}

import { execFileSync } from 'node:child_process';
import { cpSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Compiles the store into `directory`, for processes of their own; returns the URL of its module. */
export function compileStore(directory: string): string {
  const configuration = {
    extends: resolve('tsconfig.json'),
    compilerOptions: {
      noCheck: true,
      rootDir: resolve('src'),
      outDir: join(directory, 'dist'),
      tsBuildInfoFile: join(directory, 'tsbuildinfo'),
      typeRoots: [resolve('node_modules/@types')],
    },
    include: [],
    files: [resolve('src/store/store.ts')],
  };
  writeFileSync(join(directory, 'tsconfig.json'), JSON.stringify(configuration));
  writeFileSync(join(directory, 'package.json'), '{ "type": "module" }');
  symlinkSync(resolve('node_modules'), join(directory, 'node_modules'));
  execFileSync(process.execPath, [resolve('node_modules/typescript/bin/tsc'), '-p', directory]);
  cpSync('src/store/migrations', join(directory, 'dist/store/migrations'), { recursive: true });
  return pathToFileURL(join(directory, 'dist/store/store.js')).href;
}

import { execFileSync } from 'node:child_process';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Compiles a source file and what it imports into `directory`, for processes of their own; returns its URL there. */
export function compile(source: string, directory: string): string {
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
    files: [resolve(source)],
  };
  writeFileSync(join(directory, 'tsconfig.json'), JSON.stringify(configuration));
  writeFileSync(join(directory, 'package.json'), '{ "type": "module" }');
  symlinkSync(resolve('node_modules'), join(directory, 'node_modules'));
  execFileSync(process.execPath, [resolve('node_modules/typescript/bin/tsc'), '-p', directory]);
  const target = relative('src', source).replace(/\.ts$/, '.js');
  return pathToFileURL(join(directory, 'dist', target)).href;
}

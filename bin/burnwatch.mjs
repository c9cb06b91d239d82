#!/usr/bin/env node
// A checkout runs the TypeScript as it is (type stripping); the image and the npm package hold it built
// (`npm run build`). This file only makes sure that the Node it was started with can do that, and says
// what to do when it cannot.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
// Not by name: Node 20 has no such export, and would fail before it can say what is wrong.
import module from 'node:module';
import { fileURLToPath } from 'node:url';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 12)) {
  process.stderr.write(
    `burnwatch: needs Node.js 22.12 or newer, this is ${process.versions.node}. ` +
      'In a checkout, run "npm ci" once and then "npx burnwatch …": it brings its own Node 24.\n',
  );
  process.exit(1);
}
const source = new URL('../src/cli/main.ts', import.meta.url);
const isBuilt = !existsSync(source);
const entry = isBuilt ? new URL('../src/code/main.js', import.meta.url) : source;
if (isBuilt || process.features.typescript) {
  // Threads do not take it over from this call, only from the environment; a start of theirs costs 0.6 instead of 1.5 s of CPU.
  const { directory } = module.enableCompileCache?.() ?? {};
  if (directory !== undefined) process.env.NODE_COMPILE_CACHE ??= directory;
  await import(entry.href);
} else {
  // Node 22.12 to 22.17 strip types only behind a flag.
  const flags = ['--experimental-strip-types', '--disable-warning=ExperimentalWarning'];
  const child = spawn(
    process.execPath,
    [...flags, fileURLToPath(entry), ...process.argv.slice(2)],
    {
      stdio: 'inherit',
    },
  );
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => child.kill(signal));
  child.on('exit', (code) => process.exit(code ?? 1));
}

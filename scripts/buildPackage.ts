// `npm run build [-- FOLDER]`: makes `dist/`, what users run: the npm package (`npm publish ./dist`) and, with the three packages below
// beside it, the image. Burnwatch and what it imports are a few dozen files there: a start opens and compiles a tenth of
// what a checkout's does, and every thread has only what it reaches (docs/benchmarks.md).
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, extname, join, relative, resolve } from 'node:path';
import { rolldown, type OutputChunk } from 'rolldown';

const ROOT = resolve(import.meta.dirname, '..');
const TARGET = resolve(ROOT, process.argv[2] ?? 'dist');
/** `threadEntry` finds the threads here, and `shippedFile` the root two levels above. */
const CODE = join(TARGET, 'src/code');

const ENTRIES = [
  'src/cli/main.ts',
  'src/daemon/cycleRunner.ts',
  'src/serve/questions/questionWorker.ts',
  'src/engines/sqlite/checkThread.ts',
];
/** Installed and not built in: two bring libraries of the machine, one starts a thread from a file of its own. */
const INSTALLED = ['@resvg/resvg-js', 'better-sqlite3', 'piscina'];
/** What packages try to load, and do without. */
const OPTIONAL = ['bufferutil', 'pg-native', 'utf-8-validate'];

interface Package {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

const isOther = existsSync(TARGET) && readdirSync(TARGET).length > 0 && !existsSync(CODE);
if (isOther || !relative(TARGET, ROOT).startsWith('..'))
  throw new Error(`${TARGET} holds something else than a build: name another folder`);
rmSync(TARGET, { recursive: true, force: true });
const bundle = await rolldown({
  cwd: ROOT,
  input: Object.fromEntries(ENTRIES.map((file) => [basename(file, '.ts'), file])),
  platform: 'node',
  tsconfig: false,
  transform: { target: 'node22.12' },
  external: [...INSTALLED, ...OPTIONAL],
  treeshake: {
    // Only its log-in is used; without this all of the API's generated classes come along.
    moduleSideEffects: [{ test: /@kubernetes\/client-node/, sideEffects: false }],
  },
  onLog(level, { code, message }) {
    if (level === 'warn' && !message.includes('node_modules/'))
      throw new Error(`${code}: ${message}`);
  },
});
const { output } = await bundle.write({
  dir: CODE,
  format: 'esm',
  entryFileNames: '[name].js',
  chunkFileNames: '[name]-[hash].js',
  // Each thread holds the text of its code: a single character beyond Latin-1 makes two bytes of each of a file's characters.
  charset: 'ascii',
  comments: false,
  sourcemap: true,
  sourcemapExcludeSources: true,
});
await bundle.close();

// Fonts, price lists, traces, styles, thresholds: whatever the code reads beside itself.
for (const part of ['src', 'demo', 'thresholds'])
  cpSync(join(ROOT, part), join(TARGET, part), {
    recursive: true,
    filter: (path) => extname(path) !== '.ts',
  });
for (const part of ['bin', 'deploy', 'docs', 'CHANGELOG.md', 'LICENSE', 'NOTICE', 'README.md'])
  cpSync(join(ROOT, part), join(TARGET, part), {
    recursive: true,
    filter: (path) => !path.startsWith(join(ROOT, 'docs')) || /(\.md|\/[^.]+)$/.test(path),
  });

const { name, version, description, license, type, engines, bin, dependencies } = readJson(
  join(ROOT, 'package.json'),
) as Package & Record<string, unknown>;
const installed = Object.fromEntries(INSTALLED.map((each) => [each, dependencies?.[each]]));
const own = { name, version, description, license, type, engines, bin, dependencies: installed };
writeFileSync(join(TARGET, 'package.json'), `${JSON.stringify(own, null, 2)}\n`);
writeFileSync(join(TARGET, 'LICENSES'), licensesOf(output.filter((each) => each.type === 'chunk')));

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** Every package that is built in, with the terms that it comes under. */
function licensesOf(chunks: readonly OutputChunk[]): string {
  const folders = chunks.flatMap(({ moduleIds }) =>
    moduleIds.flatMap((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id)?.[0] ?? []),
  );
  const texts = [...new Set(folders)].sort().map((folder) => {
    const { name, version, license } = readJson(join(folder, 'package.json')) as Package;
    const files = readdirSync(folder).filter((file) => /^(licen[cs]e|notice|copying)/i.test(file));
    const terms = files.map((file) => readFileSync(join(folder, file), 'utf8').trim());
    return [`${name} ${version}: ${license ?? ''}`, ...terms].join('\n\n');
  });
  return `${texts.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}

import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TempFolder } from '../support/tempFolder.ts';

/**
 * No container engine is needed: the Dockerfile's own COPY and RUN lines are done in a folder, and the
 * result is run as its user, who may write nowhere in it.
 */
const ROOT = resolve(import.meta.dirname, '../..');
const NOBODY = 65532;
const NODE = 'nodejs/bin/node';
const dockerfile = readFileSync(join(ROOT, 'Dockerfile'), 'utf8');
let image: TempFolder;
let app: string;

beforeAll(() => {
  image = new TempFolder();
  app = image.file('app');
  mkdirSync(app);
  for (const line of dockerfile.split('\n')) {
    const [instruction, ...words] = line.trim().split(/\s+/);
    if (instruction === 'COPY') copy(words);
    if (instruction === 'RUN')
      execFileSync('sh', ['-c', words.join(' ')], { cwd: app, stdio: 'pipe' });
  }
  // Its Node is in the image, too: that of this checkout may lie where only we may go.
  const node = image.file(NODE);
  mkdirSync(dirname(node), { recursive: true });
  cpSync(process.execPath, node);
  execFileSync('chmod', ['-R', 'a-w,a+rX', app, image.file('nodejs')]);
  chmodSync(image.path, 0o755);
});
afterAll(() => {
  execFileSync('chmod', ['-R', 'u+w', app, image.file('nodejs')]);
  image[Symbol.dispose]();
});

/** `COPY A B… TARGET/`, as far as the Dockerfile uses it; what comes from the first stage is there already. */
function copy(words: readonly string[]): void {
  if (words[0]?.startsWith('--from=')) return;
  const target = join(app, words.at(-1) ?? '');
  for (const source of words.slice(0, -1)) {
    const from = join(ROOT, source);
    const to = target.endsWith('/') ? join(target, source) : target;
    if (existsSync(from))
      cpSync(from, to, { recursive: true, filter: (path) => !path.endsWith('.test.ts') });
    else throw new Error(`COPY ${source}: not there`);
  }
}

/** Runs the image's entry point as its user (where this may be chosen) with an empty environment. */
function run(args: readonly string[], cwd = '/') {
  const entry = /ENTRYPOINT \["([^"]+)", "([^"]+)"\]/.exec(dockerfile);
  expect(entry?.[1]).toBe(`/${NODE}`);
  const program = join(app, (entry?.[2] ?? '').replace('/app/', ''));
  const isRoot = process.getuid?.() === 0;
  return spawnSync(image.file(NODE), [program, ...args], {
    cwd,
    encoding: 'utf8',
    env: { HOME: '/nonexistent', TMPDIR: '/nonexistent' },
    ...(isRoot && { uid: NOBODY, gid: NOBODY }),
  });
}

describe('the image', () => {
  it('is of Debian, for a user who is nobody', () => {
    expect(dockerfile).toMatch(/^FROM gcr\.io\/distroless\/nodejs24-debian\d+:nonroot$/m);
    expect(dockerfile).toMatch(/^USER 65532:65532$/m);
    expect(dockerfile).not.toMatch(/alpine|latest/);
  });

  it('holds no tests, no development dependencies and nothing that the ignore file keeps out', () => {
    expect(existsSync(join(app, 'node_modules/vitest'))).toBe(false);
    expect(existsSync(join(app, 'node_modules/better-sqlite3'))).toBe(true);
    const ignored = readFileSync(join(ROOT, '.dockerignore'), 'utf8').split('\n');
    for (const line of dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm))
      for (const source of (line[1] ?? '').split(' '))
        expect(ignored).toContain(`!${source.replace(/^\.\//, '')}`);
    expect(ignored).toContain('**/*.test.ts');
  });

  it('runs from a folder that cannot be written, and reads and writes a history', () => {
    expect(run(['--version'])).toMatchObject({ status: 0, stderr: '' });
    using volume = new TempFolder();
    const isRoot = process.getuid?.() === 0;
    const config = `history: { path: ${volume.file('burnwatch.db')} }\nprometheus: { url: 'http://127.0.0.1:1', attempts: 1 }\n`;
    writeFileSync(volume.file('burnwatch.yaml'), config);
    if (isRoot)
      for (const path of [volume.path, volume.file('burnwatch.yaml')])
        chownSync(path, NOBODY, NOBODY);
    const file = ['--config', volume.file('burnwatch.yaml')];
    expect(run(['check-config', ...file])).toMatchObject({ status: 0, stderr: '' });
    // The history is opened, and its schema made, before Prometheus is found to be away.
    const once = run(['once', ...file]);
    expect(once.stderr).toContain('Prometheus query failed');
    expect(existsSync(volume.file('burnwatch.db'))).toBe(true);
    const costs = run(['costs', ...file, '-o', 'json']);
    expect(costs).toMatchObject({ status: 0, stderr: 'The history holds nothing yet.\n' });
    expect(JSON.parse(costs.stdout)).toMatchObject({ rows: [], coverage: 0 });
  });
});

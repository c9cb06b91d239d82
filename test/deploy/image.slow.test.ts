import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, delimiter, dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TempFolder } from '../support/tempFolder.ts';

/**
 * No container engine is needed: the Dockerfile's own COPY and RUN lines are done in a folder for each stage, and the
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
  buildStages(image.path, process.arch.replace('x64', 'amd64'));
  app = image.file('app');
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

/** Does what the Dockerfile says: the first stage in `FOLDER/build`, the last one in `FOLDER`. */
function buildStages(folder: string, targetArch: string): void {
  const PATH = `${dirname(process.execPath)}${delimiter}${process.env['PATH'] ?? ''}`;
  const env: NodeJS.ProcessEnv = { ...process.env, PATH, TARGETARCH: targetArch };
  let root = folder;
  for (const line of dockerfile.split('\n')) {
    const [instruction, ...words] = line.trim().split(/\s+/);
    if (instruction === 'FROM') root = join(folder, / AS (\S+)$/.exec(line)?.[1] ?? '');
    if (instruction === 'FROM') mkdirSync(join(root, 'app'), { recursive: true });
    // BuildKit's rule: a value that the Dockerfile gives hides the builder's own.
    const [, name = '', value = ''] = /^ARG (\w+)=(.*)$/.exec(line.trim()) ?? [];
    if (name !== '') env[name] = value;
    if (instruction === 'COPY') copy(words, folder, join(root, 'app'));
    if (instruction === 'RUN')
      execFileSync('sh', ['-c', words.join(' ')], { cwd: join(root, 'app'), stdio: 'pipe', env });
  }
}

/** `COPY A B… TARGET/` and `COPY --from=STAGE A TARGET`, as far as the Dockerfile uses them. */
function copy(words: readonly string[], stages: string, stageApp: string): void {
  const [, stage] = /^--from=(.+)$/.exec(words[0] ?? '') ?? [];
  const target = join(stageApp, words.at(-1) ?? '');
  for (const source of words.slice(stage === undefined ? 0 : 1, -1)) {
    const from = stage === undefined ? join(ROOT, source) : join(stages, stage, source);
    const to =
      stage === undefined && target.endsWith('/') ? join(target, basename(source)) : target;
    if (!existsSync(from)) throw new Error(`COPY ${source}: not there`);
    cpSync(from, to, { recursive: true, filter: (path) => !path.endsWith('.test.ts') });
  }
}

/** The libraries of an install, each with the machine that its ELF header names. */
function librariesIn(modules: string): Map<string, number> {
  const files = readdirSync(modules, { recursive: true, encoding: 'utf8' });
  return new Map(
    files
      .filter((file) => file.endsWith('.node'))
      .map((file) => [file, readFileSync(join(modules, file)).readUInt16LE(18)]),
  );
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
  it.each([
    ['amd64', 62, 'x64'],
    ['arm64', 183, 'arm64'],
  ])('has the libraries of %s, whatever machine builds it', (targetArch, machine, cpu) => {
    using folder = new TempFolder();
    const isOurs = cpu === process.arch;
    if (!isOurs) buildStages(folder.path, targetArch);
    const libraries = librariesIn(join(isOurs ? app : folder.file('app'), 'node_modules'));
    expect(new Set(libraries)).toEqual(
      new Set([
        [expect.stringContaining(`@resvg/resvg-js-linux-${cpu}-gnu/`), machine],
        [`better-sqlite3/prebuilds/linux-${cpu}.node`, machine],
      ]),
    );
  });

  it('is healthy by its own Node when the daemon is, and not otherwise', async () => {
    const [, health = ''] = /^HEALTHCHECK .*CMD (\[.*\])$/m.exec(dockerfile) ?? [];
    const [program, ...args] = JSON.parse(health) as string[];
    expect(program).toBe(`/${NODE}`);
    const check = async (port: number): Promise<number | null> => {
      const script = args.map((arg) => arg.replace('9466', String(port)));
      const child = spawn(image.file(NODE), script, { stdio: 'ignore' });
      const [code] = (await once(child, 'exit')) as [number | null];
      return code;
    };
    const server = createServer((request, response) => {
      response.statusCode = request.url === '/-/healthy' ? 200 : 404;
      response.end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    expect(await check(port)).toBe(0);
    server.close();
    expect(await check(port)).toBe(1);
  });

  it('is of Debian, for a user who is nobody', () => {
    expect(dockerfile).toMatch(/^FROM gcr\.io\/distroless\/nodejs24-debian\d+:nonroot$/m);
    expect(dockerfile).toMatch(/^USER 65532:65532$/m);
    expect(dockerfile).not.toMatch(/alpine|latest/);
  });

  it('holds no tests, no development dependencies and nothing that the ignore file keeps out', () => {
    const { dependencies } = JSON.parse(readFileSync(join(app, 'package.json'), 'utf8')) as {
      readonly dependencies: Readonly<Record<string, string>>;
    };
    const names = Object.keys(dependencies).map((name) => name.split('/')[0]);
    const installed = readdirSync(join(app, 'node_modules')).filter(
      (name) => !name.startsWith('.'),
    );
    expect(new Set(installed)).toEqual(new Set(names));
    const files = readdirSync(app, { recursive: true, encoding: 'utf8' });
    expect(files.filter((file) => /^(?!node_modules).*\.ts$/.test(file))).toEqual([]);
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

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { burnwatch } from '../support/cli.ts';
import { startDaemon } from '../support/daemon.ts';
import { TempFolder } from '../support/tempFolder.ts';

/** The npm package, laid out under `node_modules` as an install does: Node strips no types there. */
const ROOT = resolve(import.meta.dirname, '../..');
let folder: TempFolder;
let program: string;

beforeAll(() => {
  folder = new TempFolder();
  const modules = folder.file('node_modules');
  mkdirSync(modules);
  const built = folder.file('built');
  execFileSync(process.execPath, [join(ROOT, 'scripts/buildPackage.ts'), built], { stdio: 'pipe' });
  execFileSync('npm', ['pack', built, '--pack-destination', folder.path], { stdio: 'pipe' });
  const [tarball = ''] = readdirSync(folder.path).filter((file) => file.endsWith('.tgz'));
  execFileSync('tar', ['-xzf', folder.file(tarball), '-C', modules]);
  // What it depends on, and nothing else, is the checkout's own.
  const { dependencies } = JSON.parse(readFileSync(join(built, 'package.json'), 'utf8')) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  for (const [name = ''] of Object.keys(dependencies).map((each) => each.split('/')))
    symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
  program = join(modules, 'package/bin/burnwatch.mjs');
});
afterAll(() => folder[Symbol.dispose]());

describe('the npm package', () => {
  it('holds what runs, and neither sources nor tests', () => {
    const files = readdirSync(join(program, '../..'), { recursive: true, encoding: 'utf8' });
    expect(files).toContain('src/code/main.js');
    for (const licence of ['NOTICE', 'src/notify/chart/fonts/LICENSE', 'demo/traces/LICENSE'])
      expect(files).toContain(licence);
    expect(files.filter((file) => /\.ts$|\.test\.|\/testing/.test(file))).toEqual([]);
  });

  it('names the terms of everything that is built in', () => {
    const listed = readFileSync(join(program, '../../LICENSES'), 'utf8').split(/\n\n-{80}\n\n/);
    expect(listed).toContainEqual(
      expect.stringMatching(/^zod \S+: MIT\n\n[^]*Permission is hereby/),
    );
    // Some packages have no file of their own for it.
    expect(listed.filter((each) => !/^\S+ \S+: \S/.test(each))).toEqual([]);
  });

  it('misses nothing that is loaded only when it is used', () => {
    const code = join(program, '../../src/code');
    const isEntry = /^(main|cycleRunner|questionWorker|checkThread)\.js$/;
    const files = readdirSync(code).filter((file) => file.endsWith('.js') && !isEntry.test(file));
    const script = files.map((file) => `await import(${JSON.stringify(join(code, file))});`);
    const args = ['--input-type=module', '--eval', script.join('')];
    expect(spawnSync(process.execPath, args, { encoding: 'utf8' })).toMatchObject({
      status: 0,
      stderr: '',
    });
  });

  it('runs: commands, both threads of the daemon, and what lies beside the code', async () => {
    const config =
      'prometheus: { url: http://127.0.0.1:1, attempts: 1 }\n' +
      'serve: { listen: 127.0.0.1:0, probes: 127.0.0.1:0 }\n';
    writeFileSync(folder.file('burnwatch.yaml'), config);
    const options = { cwd: folder.path, program };
    expect(await burnwatch(['check-config'], options)).toMatchObject({ code: 0, stderr: '' });
    await using daemon = await startDaemon(options);
    expect(await (await fetch(`${daemon.probes}/-/ready`)).text()).toMatch(/ready/);
    expect((await fetch(`${daemon.pages}/api/v1/costs`)).status).toBe(200);
    const page = await (await fetch(daemon.pages)).text();
    const [, style = ''] = /<link rel="stylesheet" href="([^"]+)"/.exec(page) ?? [];
    expect((await fetch(new URL(style, daemon.pages))).status).toBe(200);
    daemon.process.kill('SIGTERM');
    expect((await daemon.process.ended).code).toBe(0);
  });
});

/** A Node on the PATH that is too old for Burnwatch; newcomers often have one, and so may this machine. */
function oldNode(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders
    .map((path) => join(path, 'node'))
    .find((node) => /^v(1\d|20)\./.test(spawnSync(node, ['--version']).stdout?.toString() ?? ''));
}

describe('on a Node that is too old', () => {
  const node = oldNode();
  it.skipIf(node === undefined)('says which one it needs', () => {
    const result = spawnSync(node ?? '', [join(ROOT, 'bin/burnwatch.mjs'), '--version']);
    expect(result.status).toBe(1);
    expect(result.stderr.toString()).toMatch(/^burnwatch: needs Node\.js 22\.12 or newer/);
  });
});

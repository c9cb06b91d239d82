import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { REPOSITORY } from './folders.ts';

const run = promisify(execFile);

export const PAUSE_IMAGE = 'burnwatch.test/pause:1';
export const BUSYBOX_IMAGE = 'burnwatch.test/busybox:1';
export const BURNWATCH_IMAGE = 'docker.io/library/burnwatch:test';

/** Writes the tars of the images that the cluster imports, and gives their paths. */
export async function buildImages(busybox: string, folder: string): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  return [
    await image(folder, PAUSE_IMAGE, ['/bin/sleep', '2147483647'], (root) =>
      copyBusybox(busybox, root),
    ),
    await image(folder, BUSYBOX_IMAGE, ['/bin/sh'], (root) => copyBusybox(busybox, root)),
    await image(
      folder,
      BURNWATCH_IMAGE,
      ['/nodejs/bin/node', '/app/bin/burnwatch.mjs'],
      copyBurnwatch,
    ),
  ];
}

/** One layer, in the form of `docker save`. */
async function image(
  folder: string,
  name: string,
  entrypoint: readonly string[],
  fill: (root: string) => Promise<void>,
): Promise<string> {
  const work = await mkdtemp(join(folder, 'image-'));
  const root = join(work, 'root');
  await mkdir(join(root, 'tmp'), { recursive: true, mode: 0o777 });
  await fill(root);
  const layer = join(work, 'layer.tar');
  await run('tar', ['--owner=0', '--group=0', '--mode=a+rX', '-C', root, '-cf', layer, '.']);
  const hash = createHash('sha256');
  await pipeline(createReadStream(layer), hash);
  const config = {
    architecture: process.arch === 'x64' ? 'amd64' : process.arch,
    os: 'linux',
    config: { Entrypoint: entrypoint, Env: ['PATH=/usr/bin:/bin'] },
    rootfs: { type: 'layers', diff_ids: [`sha256:${hash.digest('hex')}`] },
  };
  const manifest = [{ Config: 'config.json', RepoTags: [name], Layers: ['layer.tar'] }];
  await writeFile(join(work, 'config.json'), JSON.stringify(config));
  await writeFile(join(work, 'manifest.json'), JSON.stringify(manifest));
  const tar = join(folder, `${name.replaceAll(/[/:]/g, '_')}.tar`);
  await run('tar', ['-C', work, '-cf', tar, 'manifest.json', 'config.json', 'layer.tar']);
  await rm(work, { recursive: true });
  return tar;
}

async function copyBusybox(busybox: string, root: string): Promise<void> {
  const bin = join(root, 'bin');
  await mkdir(bin, { recursive: true });
  await cp(busybox, join(bin, 'busybox'));
  const { stdout } = await run(busybox, ['--list']);
  for (const applet of stdout.split('\n').filter((name) => name && name !== 'busybox')) {
    await symlink('busybox', join(bin, applet));
  }
}

/** This checkout with Node.js and the libraries that the two need: what the Dockerfile gives, without a registry. */
async function copyBurnwatch(root: string): Promise<void> {
  const node = process.execPath;
  await copyWithLibraries(node, root, '/nodejs/bin/node');
  const app = join(root, 'app');
  await run(node, [join(REPOSITORY, 'scripts/buildPackage.ts'), app]);
  const { dependencies } = JSON.parse(await readFile(join(app, 'package.json'), 'utf8')) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  for (const [folder = ''] of Object.keys(dependencies).map((name) => name.split('/'))) {
    const [from, to] = [REPOSITORY, app].map((root) => join(root, 'node_modules', folder));
    await cp(from!, to!, { recursive: true, dereference: true });
  }
  const addons = await run('find', [app, '-name', '*.node']);
  for (const addon of addons.stdout.split('\n').filter(Boolean)) await copyLibraries(addon, root);
}

async function copyWithLibraries(program: string, root: string, target: string): Promise<void> {
  await mkdir(dirname(join(root, target)), { recursive: true });
  await cp(program, join(root, target));
  await copyLibraries(program, root);
}

/** Those that this machine has: an addon for another kind of system lacks its own, and is never loaded. */
async function copyLibraries(program: string, root: string): Promise<void> {
  const { stdout } = await run('ldd', [program]).catch(() => ({ stdout: '' }));
  for (const [library] of stdout.matchAll(/\/\S+(?= \()/g)) {
    await mkdir(dirname(join(root, library)), { recursive: true });
    await cp(library, join(root, library), { dereference: true });
  }
}

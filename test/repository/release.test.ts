import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { REPOSITORY } from '../support/chart.ts';
import { findKubeTool } from '../support/kubeTools.ts';
import { TempFolder } from '../support/tempFolder.ts';

/** A release made in a copy of the tree: what is built is looked at, what would be pushed is printed. */
let copy: TempFolder;
let printed: string;
const DIGEST = `sha256:${'0'.repeat(64)}`;

/** Stands for a registry: answers what an image’s digest is. */
function fakeDocker(name: string, answer: string): string {
  const program = copy.file(name);
  writeFileSync(program, `#!/bin/sh\n${answer}\n`, { mode: 0o755 });
  return program;
}

beforeAll(async () => {
  copy = new TempFolder();
  const left = /\/(node_modules|\.tools|\.git|\.demo|dist|test\/cluster|bench)(\/|$)/;
  cpSync(REPOSITORY, copy.path, {
    recursive: true,
    filter: (path) => !left.test(path.slice(REPOSITORY.length)),
  });
  for (const folder of ['node_modules', '.tools'])
    symlinkSync(join(REPOSITORY, folder), copy.file(folder));
  const env = {
    ...process.env,
    HELM: await findKubeTool('helm'),
    DOCKER: fakeDocker('docker', `echo ${DIGEST}`),
    DRY_RUN: '1',
    REGISTRY: 'registry.example.com/b',
    GITHUB_REF_NAME: 'v7.8.9',
  };
  // Right after a release nothing is written yet.
  const changes = readFileSync(copy.file('CHANGELOG.md'), 'utf8');
  const changed = changes.replace(/^## Unreleased\n/m, '$&\n### Added\n\n- A change.\n');
  writeFileSync(copy.file('CHANGELOG.md'), changed);
  execFileSync(process.execPath, [copy.file('scripts/release.ts'), '7.8.9'], { stdio: 'pipe' });
  printed = execFileSync(copy.file('.ci/release'), { env, encoding: 'utf8' });
});
afterAll(() => copy[Symbol.dispose]());

function read(path: string): string {
  return readFileSync(copy.file(path), 'utf8');
}

it('one version everywhere', () => {
  const chart = parse(read('deploy/helm/burnwatch/Chart.yaml')) as object;
  expect(chart).toMatchObject({ version: '7.8.9', appVersion: '7.8.9' });
  expect(JSON.parse(read('package-lock.json'))).toMatchObject({ version: '7.8.9' });
  expect(read('deploy/manifests/statefulset.yaml')).toContain('burnwatch:7.8.9');
  expect(read('README.md')).toContain('burnwatch:7.8.9');
  expect(read('docs/operations.md')).toContain('burnwatch-7.8.9.tgz');
  expect(read('CHANGELOG.md')).toMatch(/^## Unreleased\n\n## 7\.8\.9 - \d{4}-\d\d-\d\d\n/m);
});

it('the image is built for two platforms from pinned images, with provenance and SBOM', () => {
  const [, build = ''] = /^would run: (\S*docker buildx build .*)$/m.exec(printed) ?? [];
  expect(build).toContain('--platform linux/amd64,linux/arm64');
  expect(build).toContain(
    '--provenance=mode=max --sbom=true --tag registry.example.com/b/burnwatch:7.8.9',
  );
  const bases = [...read('Dockerfile').matchAll(/^FROM (?:--platform=\S+ )?(\S+)/gm)].map(
    ([, base]) => base,
  );
  expect(bases).toHaveLength(2);
  for (const base of bases)
    expect(build).toMatch(
      new RegExp(`--build-context ${base}=docker-image://${base?.split(':')[0]}@sha256:`),
    );
});

it('the chart names the image that was pushed by its digest', () => {
  const files = execFileSync('tar', [
    '-xzOf',
    copy.file('release/burnwatch-7.8.9.tgz'),
    'burnwatch/values.yaml',
  ]);
  const { image } = parse(files.toString()) as { image: object };
  expect(image).toMatchObject({
    repository: 'registry.example.com/b/burnwatch',
    digest: DIGEST,
  });
  expect(printed).toContain('push release/burnwatch-7.8.9.tgz oci://registry.example.com/b/charts');
});

it('the bill of materials lists what is shipped, and nothing that is not', () => {
  const { components } = JSON.parse(read('release/burnwatch-7.8.9.cdx.json')) as {
    components: { name: string }[];
  };
  const names = components.map(({ name }) => name);
  expect(names).toContain('better-sqlite3');
  expect(names).not.toContain('vitest');
});

/** They ask for no more than their text beside a copy. */
const PERMISSIVE =
  /^(0BSD|Apache-2\.0|BlueOak-1\.0\.0|BSD-[23]-Clause|ISC|MIT(-0)?|MPL-2\.0|Python-2\.0|PSF-2\.0|Unlicense)$/;

it('what is shipped has licences that allow it, and they are listed', () => {
  const listed = read('release/burnwatch-7.8.9.licenses.txt').trim().split('\n');
  expect(listed).toContainEqual(expect.stringMatching(/^better-sqlite3 \S+: MIT$/));
  const others = listed.filter((line) =>
    (line.split(': ')[1] ?? '').split(', ').some((terms) => !PERMISSIVE.test(terms)),
  );
  expect(others).toEqual([]);
});

it('the notes are the chapter of the changelog, and a tag of another version is refused', () => {
  expect(read('release/notes.md')).toContain('### Added');
  expect(printed).toContain('npm publish --provenance');
  const env = { ...process.env, DRY_RUN: '1', GITHUB_REF_NAME: 'v1.0.0' };
  expect(() => execFileSync(copy.file('.ci/release'), { env, stdio: 'pipe' })).toThrow(
    /is not v7\.8\.9/,
  );
});

it.each([
  ['answers with no digest', 'echo latest'],
  ['does not know the image', 'echo not found >&2; exit 1'],
])('a base image is never built from a tag: a registry that %s ends the release', (_, answer) => {
  const env = {
    ...process.env,
    DOCKER: fakeDocker('silent-docker', answer),
    DRY_RUN: '1',
    REGISTRY: 'registry.example.com/b',
    GITHUB_REF_NAME: 'v7.8.9',
  };
  let said = '';
  try {
    execFileSync(copy.file('.ci/release'), { env, stdio: 'pipe' });
  } catch (error) {
    const { stdout, stderr } = error as { readonly stdout: Buffer; readonly stderr: Buffer };
    said = `${stdout.toString()}${stderr.toString()}`;
  }
  expect(said).toContain('The image node:24-bookworm-slim has no digest to pin');
  expect(said).not.toContain('would run');
});

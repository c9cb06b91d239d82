import { z } from 'zod';
import { configSchema } from '../../src/daemon/config/schema.ts';

export interface JsonSchema {
  [keyword: string]: unknown;
  properties?: Record<string, JsonSchema>;
  items?: JsonSchema;
  description?: string;
}

/**
 * The JSON schema of burnwatch.yaml, with the descriptions that docs/configuration.md has: for editors, and for the
 * values of the chart. It says which keys there are and of which form; rules between keys are `check-config`'s.
 */
export function configurationSchema(documentation: string): JsonSchema {
  const schema = z.toJSONSchema(configSchema, {
    io: 'input',
    unrepresentable: 'any',
  }) as JsonSchema;
  const described: JsonSchema = { ...schema, title: 'burnwatch.yaml' };
  for (const [, path = '', meaning = ''] of documentation.matchAll(
    /^\| `([^`]+)` +\|[^|]*\| +(.*?) +\|$/gm,
  )) {
    const key = at(described, path);
    if (key) key.description = meaning;
  }
  return described;
}

/** The part for a key such as `webhooks[].name`. */
function at(schema: JsonSchema, path: string): JsonSchema | undefined {
  let part: JsonSchema | undefined = schema;
  for (const word of path.split('.')) {
    part = part?.properties?.[word.replace('[]', '')];
    if (word.endsWith('[]')) part = part?.items;
  }
  return part;
}

/** Maps and lists of the values that Kubernetes or the user defines. */
const FREE = new Set([
  'resources',
  'podSecurityContext',
  'securityContext',
  'labels',
  'quota',
  'defaults',
]);

/** What a default alone does not tell of a value, by its path. */
const FORMS: Readonly<Record<string, JsonSchema>> = {
  'image.digest': { type: 'string', pattern: '^(sha256:[0-9a-f]{64})?$' },
  'image.pullPolicy': { enum: ['Always', 'IfNotPresent', 'Never'] },
  'rbac.scope': { enum: ['cluster', 'namespaced'] },
  'rbac.namespaces': { type: 'array', items: { type: 'string' } },
  replicas: { type: 'integer', minimum: 0 },
  'persistence.accessMode': { enum: ['ReadWriteOnce', 'ReadWriteOncePod'] },
  'pages.type': { enum: ['ClusterIP', 'NodePort', 'LoadBalancer'] },
  'networkPolicy.ports': { type: 'array', items: { type: 'integer' } },
  'networkPolicy.apiServerPorts': { type: 'array', items: { type: 'integer' } },
  files: { type: 'object', additionalProperties: { type: 'string' } },
  logLevel: { enum: ['debug', 'info', 'warn', 'error'] },
};

/** The JSON schema of the chart's values: forms come from the defaults, unknown keys are refused. */
export function valuesSchema(values: object, configuration: JsonSchema): JsonSchema {
  const { $schema, title: _title, ...config } = configuration;
  const schema = formOf(values, '', config);
  // Helm adds `global` where the chart is part of another.
  schema.properties = { ...schema.properties, global: { type: 'object' } };
  return { $schema, ...schema };
}

function formOf(value: unknown, path: string, config: JsonSchema): JsonSchema {
  if (path === 'config') return config;
  const form = FORMS[path];
  if (form) return form;
  if (Array.isArray(value)) return { type: 'array' };
  if (typeof value !== 'object' || value === null) return { type: typeof value };
  const entries = Object.entries(value);
  if (entries.length === 0 || FREE.has(path.split('.').at(-1) ?? '')) return { type: 'object' };
  const properties = Object.fromEntries(
    entries.map(([key, one]) => [key, formOf(one, path === '' ? key : `${path}.${key}`, config)]),
  );
  return { type: 'object', properties, additionalProperties: false };
}

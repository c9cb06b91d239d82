import { isMap, isNode, isScalar, parseDocument, type YAMLMap } from 'yaml';

interface Row {
  readonly key: string;
  readonly value: string;
  readonly meaning: string;
}

/** The README of the chart: how to install it, and a row for each value with the comment above it. */
export function chartReadme(values: string): string {
  const rows = rowsOf(parseDocument(values).contents as YAMLMap, '');
  const table = rows.map(({ key, value, meaning }) => `| \`${key}\` | ${value} | ${meaning} |`);
  return `# Burnwatch's Helm chart

\`\`\`sh
helm install burnwatch deploy/helm/burnwatch --namespace burnwatch --create-namespace \\
  --set config.cluster=prod-eu --set config.prometheus.url=http://prometheus-operated.monitoring.svc:9090
\`\`\`

[docs/install.md](../../../docs/install.md) goes through it for common stacks. \`values.schema.json\` checks the values,
\`config\` with them, before anything is applied. A changed configuration, Secret or certificate is reloaded
by the running pod within two minutes; the few settings that cannot be reloaded make a new pod.

| value | default | meaning |
| --- | --- | --- |
${table.join('\n')}
`;
}

function rowsOf(map: YAMLMap, prefix: string): Row[] {
  return map.items.flatMap(({ key, value }, index) => {
    if (!isScalar(key)) return [];
    const path = `${prefix}${String(key.value)}`;
    // The comment above the first key stands before the map.
    const comment = key.commentBefore ?? (index === 0 ? map.commentBefore : undefined);
    const meaning = meaningOf(comment);
    if (!isGroup(path, value)) return [{ key: path, value: shown(path, value), meaning }];
    const inner = rowsOf(value, `${path}.`);
    return meaning === '' ? inner : [{ key: path, value: '', meaning }, ...inner];
  });
}

/** Maps whose keys are values of their own. */
function isGroup(path: string, value: unknown): value is YAMLMap {
  if (!isMap(value) || value.items.length === 0 || value.flow === true) return false;
  return !/^config$|^resources$|ecurityContext$|\.defaults$/.test(path);
}

function shown(path: string, value: unknown): string {
  if (!isNode(value)) return '';
  if (path === 'config') return 'the least that works';
  const json: unknown = value.toJSON();
  if (json === '') return 'empty';
  if (/ecurityContext$|\.defaults$/.test(path)) return 'see values.yaml';
  return `\`${typeof json === 'string' ? json : JSON.stringify(json)}\``;
}

function meaningOf(comment: string | null | undefined): string {
  const [, text = ''] = /^ -- ([\s\S]*)$/m.exec(comment ?? '') ?? [];
  return text.replaceAll(/\n\s*/g, ' ').replaceAll('|', '\\|');
}

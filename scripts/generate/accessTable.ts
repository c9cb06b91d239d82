import { parseAllDocuments } from 'yaml';
import { helmTemplate } from './helm.ts';

interface Role {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly rules: readonly {
    readonly apiGroups: readonly string[];
    readonly resources: readonly string[];
    readonly verbs: readonly string[];
  }[];
}

/** What the chart grants, as a table: the one text about access, from the roles themselves. */
export async function accessTable(chart: string): Promise<string> {
  const cluster = await rolesOf(chart, { scope: 'cluster' });
  const namespaced = await rolesOf(chart, { scope: 'namespaced', namespaces: ['shop'] });
  const rows = [
    ...cluster.flatMap((role) => rowsOf('`cluster`', role)),
    ...namespaced.flatMap((role) => rowsOf('`namespaced`', role)),
  ];
  return ['| `rbac.scope` | by a | of | verbs |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

async function rolesOf(chart: string, rbac: object): Promise<Role[]> {
  const text = await helmTemplate(chart, { rbac }, { unchecked: true });
  const objects = parseAllDocuments(text).map((one) => one.toJS() as Role | null);
  return objects.filter((one): one is Role => one?.kind === 'ClusterRole' || one?.kind === 'Role');
}

function rowsOf(scope: string, { kind, rules }: Role): string[] {
  const byVerbs = new Map<string, string[]>();
  for (const { apiGroups, resources, verbs } of rules) {
    const names = apiGroups.flatMap((group) =>
      resources.map((resource) => (group === '' ? resource : `${resource}.${group}`)),
    );
    byVerbs.set(verbs.join(), [...(byVerbs.get(verbs.join()) ?? []), ...names]);
  }
  return [...byVerbs].map(
    ([verbs, names]) => `| ${scope} | ${kind} | ${names.sort().join(', ')} | ${verbs} |`,
  );
}

type Json = unknown;
type Map_ = Readonly<Record<string, Json>>;

/** Lists that the API merges by a key of their entries; every other list is replaced as a whole. */
const MERGE_KEYS: Readonly<Record<string, readonly string[]>> = {
  containers: ['name'],
  initContainers: ['name'],
  ephemeralContainers: ['name'],
  env: ['name'],
  ports: ['containerPort', 'port'],
  volumes: ['name'],
  volumeMounts: ['mountPath'],
  volumeDevices: ['devicePath'],
  imagePullSecrets: ['name'],
  hostAliases: ['ip'],
  ownerReferences: ['uid'],
  conditions: ['type'],
  taints: ['key'],
  secrets: ['name'],
  topologySpreadConstraints: ['topologyKey'],
};

/** Lists of plain values that are merged rather than replaced. */
const MERGED_SETS = new Set(['finalizers']);

/** Kubernetes' strategic merge patch, with `$patch: delete | replace` and null for "remove". */
export function strategicMerge(target: Json, patch: Json): Json {
  if (!isMap(patch)) return patch;
  if (patch['$patch'] === 'replace') return withoutDirectives(patch);
  const merged: Record<string, Json> = isMap(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith('$')) continue;
    if (value === null || (isMap(value) && value['$patch'] === 'delete')) delete merged[key];
    else if (Array.isArray(value)) merged[key] = mergeList(key, merged[key], value, patch);
    else merged[key] = strategicMerge(merged[key], value);
  }
  return merged;
}

function mergeList(field: string, target: Json, patch: readonly Json[], parent: Map_): Json {
  const before: readonly Json[] = Array.isArray(target) ? target : [];
  if (MERGED_SETS.has(field)) return [...new Set([...before, ...patch])];
  const key = MERGE_KEYS[field]?.find((name) => patch.some((one) => isMap(one) && name in one));
  if (key === undefined) return patch;
  if (patch.some((one) => isMap(one) && one['$patch'] === 'replace')) {
    return patch.filter((one) => isMap(one) && key in one);
  }
  let merged = [...before];
  for (const one of patch) {
    if (!isMap(one)) continue;
    const at = merged.findIndex((other) => isMap(other) && other[key] === one[key]);
    if (one['$patch'] === 'delete') merged = merged.filter((_, index) => index !== at);
    else if (at < 0) merged.push(withoutDirectives(one));
    else merged[at] = strategicMerge(merged[at], one);
  }
  return ordered(merged, key, parent[`$setElementOrder/${field}`]);
}

/** kubectl sends the order that the entries are meant to have. */
function ordered(list: readonly Json[], key: string, order: Json): readonly Json[] {
  if (!Array.isArray(order)) return list;
  const wanted = order.map((one) => (isMap(one) ? one[key] : one));
  const place = (one: Json) => {
    const at = wanted.indexOf(isMap(one) ? one[key] : one);
    return at < 0 ? wanted.length : at;
  };
  return [...list].sort((a, b) => place(a) - place(b));
}

function withoutDirectives(map: Map_): Map_ {
  return Object.fromEntries(Object.entries(map).filter(([key]) => !key.startsWith('$')));
}

function isMap(value: Json): value is Map_ {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

import { badRequest, ApiStatus } from './status.ts';
import { strategicMerge } from './strategicMerge.ts';

type Json = unknown;

/**
 * Applies a PATCH by its content type: strategic merge, RFC 7386 merge, RFC 6902, or server-side apply (whose
 * lists are merged by the same keys; ownership of fields is not tracked).
 *
 * @throws ApiStatus 415 for other types, 400 and 422 for patches that do not fit.
 */
export function applyPatch(contentType: string, object: Json, patch: Json): Json {
  switch (contentType.split(';', 1)[0]?.trim()) {
    case 'application/strategic-merge-patch+json':
    case 'application/apply-patch+yaml':
      return strategicMerge(object, patch);
    case 'application/merge-patch+json':
      return mergePatch(object, patch);
    case 'application/json-patch+json':
      if (!Array.isArray(patch)) throw badRequest('a JSON patch is a list of operations');
      return patch.reduce<Json>((value, step) => patchStep(value, step as Step), object);
    default:
      throw new ApiStatus(
        415,
        'UnsupportedMediaType',
        `the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json, application/apply-patch+yaml`,
      );
  }
}

function mergePatch(target: Json, patch: Json): Json {
  if (!isMap(patch)) return patch;
  const merged: Record<string, Json> = isMap(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = mergePatch(merged[key], value);
  }
  return merged;
}

interface Step {
  readonly op: string;
  readonly path: string;
  readonly value?: Json;
}

function patchStep(document: Json, { op, path, value }: Step): Json {
  const keys = path
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  const copy = structuredClone(document);
  const last = keys.pop();
  if (last === undefined) throw badRequest('the whole document cannot be patched');
  let at = copy as Record<string, Json>;
  for (const key of keys) {
    at = at[key] as Record<string, Json>;
    if (at === undefined) throw unfit(path);
  }
  if (op === 'add' && Array.isArray(at))
    at.splice(last === '-' ? at.length : Number(last), 0, value);
  else if (op === 'add') at[last] = value;
  else if (!(last in at)) throw unfit(path);
  else if (op === 'replace') at[last] = value;
  else if (op === 'test' && JSON.stringify(at[last]) !== JSON.stringify(value)) throw unfit(path);
  else if (op === 'remove' && Array.isArray(at)) at.splice(Number(last), 1);
  else if (op === 'remove') delete at[last];
  else if (op !== 'test') throw badRequest(`the operation ${op} is not known`);
  return copy;
}

function unfit(path: string): ApiStatus {
  return new ApiStatus(
    422,
    'Invalid',
    `the server rejected our request due to an error in our request: ${path}`,
  );
}

function isMap(value: Json): value is Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

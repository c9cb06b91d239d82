import { ApiFailure } from '../collect/kubernetes/api/apiFailure.ts';
import type { RawObject } from '../collect/kubernetes/rawObjects.ts';
import { canonicalJson } from '../model/canonicalJson.ts';
import type { FieldChange, Operation } from '../store/responses.ts';
import { makingAgain } from './makePlan.ts';
import { nameIn, uidOf, valueAt, versionOf } from './objects.ts';
import { markerOf } from './planOperations.ts';
import type { ResponseCluster } from './responseCluster.ts';

/** Whether a write was made: `other` where the object is not as either we or the plan left it. */
type Seen = 'applied' | 'not-applied' | 'other';

/** Tries to end in certainty: each write has a precondition, so that sending it again cannot make it twice. */
const ATTEMPTS = 3;

/** Makes a write, or finds that it was made. Anything else is an `ApiFailure`. */
export async function apply(
  id: string,
  operation: Operation,
  cluster: ResponseCluster,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await cluster.send(operation, false);
      return;
    } catch (error) {
      if (!(error instanceof ApiFailure) || !isInDoubt(error)) throw error;
      if ((await look(id, operation, cluster)) === 'applied') return;
      if (error.code === 'conflict' || attempt >= ATTEMPTS) throw error;
    }
  }
}

/** The answer was lost, or says that something is there already: perhaps what was sent before. */
function isInDoubt({ code }: ApiFailure): boolean {
  return ['unreachable', 'timeout', 'server-error', 'conflict', 'absent'].includes(code);
}

/** Looks whether a write was made. */
export async function look(
  id: string,
  operation: Operation,
  cluster: ResponseCluster,
): Promise<Seen> {
  const object = await cluster.get(operation.path);
  switch (operation.verb) {
    case 'create':
      if (object === null) return 'not-applied';
      return isMarked(object, id) ? 'applied' : 'other';
    case 'evict':
      return object === null || uidOf(object) !== operation.uid || isEnding(object)
        ? 'applied'
        : 'not-applied';
    case 'patch':
      break;
  }
  const { fields, uid } = operation;
  if (object === null || uidOf(object) !== uid) return 'other';
  if (fields.every(({ path, after }) => isAt(object, path, after))) return 'applied';
  return fields.every(({ path, before }) => isAt(object, path, before)) ? 'not-applied' : 'other';
}

/**
 * Takes a write back as far as it is still ours. Safe to repeat.
 *
 * @returns what was left as it is, and why; null where nothing was
 */
export async function takeBack(
  id: string,
  operation: Operation,
  cluster: ResponseCluster,
): Promise<string | null> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await takeBackOnce(id, operation, cluster);
    } catch (error) {
      // Changed between the look and the write: look again.
      const isConflict = error instanceof ApiFailure && error.code === 'conflict';
      if (!isConflict || attempt >= ATTEMPTS) throw error;
    }
  }
}

async function takeBackOnce(
  id: string,
  operation: Operation,
  cluster: ResponseCluster,
): Promise<string | null> {
  const { text, path } = operation;
  const object = await cluster.get(path);
  if (operation.verb === 'create') {
    if (object === null) return null;
    if (!isMarked(object, id)) return `${text}: another one of that name is there`;
    await cluster.send({ verb: 'delete', path, uid: uidOf(object) }, false);
    return null;
  }
  if (operation.verb === 'evict') return makeAgain(id, operation, object, cluster);
  if (object === null) return `${text}: the object is gone`;
  if (uidOf(object) !== operation.uid) return `${text}: another object has the name`;
  const ours = operation.fields.filter(isOurs);
  const inForce = ours.filter((field) => isAt(object, field.path, field.after));
  const changed = ours.filter(
    (field) => !inForce.includes(field) && !isAt(object, field.path, field.before),
  );
  if (inForce.length > 0) {
    const { uid } = operation;
    const fields = inForce.map(({ path: keys, before }) => ({ path: keys, after: before }));
    const resourceVersion = versionOf(object);
    await cluster.send({ verb: 'patch', path, uid, resourceVersion, fields }, false);
  }
  if (changed.length === 0) return null;
  return `${text}: ${changed.map(({ path: keys }) => keys.join('.')).join(', ')} was changed since`;
}

async function makeAgain(
  id: string,
  { text, uid, again, path }: Extract<Operation, { verb: 'evict' }>,
  object: RawObject | null,
  cluster: ResponseCluster,
): Promise<string | null> {
  if (object !== null && uidOf(object) === uid)
    return isEnding(object) ? ending(text, object) : null;
  if (again === null) return `${text}: an evicted pod is not made again`;
  if (object !== null)
    return isMarked(object, id) ? null : `${text}: another pod of that name is there`;
  await cluster.send(makingAgain(path, again), false);
  return null;
}

/** The name of a pod that is ending is free only afterwards; with a finalizer that may be never. */
function ending(text: string, { metadata }: RawObject): string {
  const { finalizers = [] } = metadata ?? {};
  if (finalizers.length > 0) return `${text}: it cannot end before ${finalizers.join(', ')}`;
  throw new ApiFailure('server-error', `${text}: the pod has not ended yet`);
}

/** A field that the action did change. */
function isOurs({ before, after }: FieldChange): boolean {
  return canonicalJson(shown(before)) !== canonicalJson(shown(after));
}

function isAt(object: RawObject, path: readonly string[], value: unknown): boolean {
  return canonicalJson(shown(valueAt(object, path))) === canonicalJson(shown(value));
}

/** The API server leaves out many fields that are 0 or false: a Scale to zero has no `replicas`. */
function shown(value: unknown): unknown {
  return value === 0 || value === false ? null : value;
}

function isMarked({ metadata }: RawObject, id: string): boolean {
  return metadata?.annotations?.[markerOf(id)] !== undefined;
}

function isEnding({ metadata }: RawObject): boolean {
  return metadata?.deletionTimestamp !== undefined;
}

/** The names of the pods that a quarantine selects now, sorted. */
export async function selectedBy(
  operation: Extract<Operation, { verb: 'create' }>,
  podsPath: string,
  cluster: ResponseCluster,
): Promise<readonly string[]> {
  const labels = valueAt(operation.object, ['spec', 'podSelector', 'matchLabels']) ?? {};
  const selector = Object.entries(labels).map(([key, value]) => `${key}=${String(value)}`);
  const pods = await cluster.list(podsPath, { labels: selector.join(',') });
  return pods.map(nameIn).sort();
}

import { ApiFailure } from '../collect/kubernetes/api/apiFailure.ts';
import type { RawObject } from '../collect/kubernetes/rawObjects.ts';
import { hashOf } from '../model/canonicalJson.ts';
import type { ResponsePlan } from '../store/responses.ts';
import { readFacts, type ResponseTarget } from './facts.ts';
import { planOperations, type DraftPlan } from './planOperations.ts';
import { ResponseRefused, type RefusalCode } from './refusals.ts';
import type { ClusterChange, ResponseCluster } from './responseCluster.ts';

/**
 * Plans an action on the cluster as it is now, and has the API server try every write in a dry run.
 *
 * @throws ResponseRefused
 */
export async function makePlan(
  id: string,
  target: ResponseTarget,
  cluster: ResponseCluster,
): Promise<ResponsePlan> {
  try {
    const draft = await withPossibleUndo(
      planOperations(id, target, await readFacts(target, cluster)),
      cluster,
    );
    const answers: unknown[] = [];
    for (const operation of draft.operations)
      answers.push(decisive(await cluster.send(operation, true)));
    const { finding, action, select } = target;
    const { targets, operations, ...seen } = draft;
    const about = { id, finding: finding.id, scope: finding.scope, action, select };
    // Objects stand in `targets` with their versions; a node's resourceVersion says nothing (`nodeVersion`).
    const writes = operations.map((one) => ({ ...one, resourceVersion: null }));
    return { ...draft, hash: hashOf({ ...about, ...seen, targets, writes, answers }) };
  } catch (error) {
    throw error instanceof ApiFailure ? refusalOf(error) : error;
  }
}

/** Without the manifests of evicted pods where Burnwatch's role may not make pods: the plan then states that. */
async function withPossibleUndo(draft: DraftPlan, cluster: ResponseCluster): Promise<DraftPlan> {
  const evictions = draft.operations.filter((one) => one.verb === 'evict');
  const [first] = evictions;
  if (first === undefined || first.again === null) return draft;
  try {
    await cluster.send(makingAgain(first.path, first.again), true);
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error;
    // The pod is there still; what matters is whether making one is allowed.
    if (error.code === 'conflict') return draft;
    if (error.code !== 'forbidden') throw error;
    const operations = evictions.map((one) => ({ ...one, again: null }));
    const irreversible = `Evicted pods cannot be made again: ${error.message}`;
    return { ...draft, operations, irreversible };
  }
  return draft;
}

/** The request that makes an evicted pod again. */
export function makingAgain(path: string, object: object): ClusterChange {
  return { verb: 'create', collection: path.slice(0, path.lastIndexOf('/')), object };
}

/** What of an answer is the same in every dry run of the same write. */
function decisive({ kind, metadata, spec }: RawObject): object {
  const { name, namespace, labels, annotations } = metadata ?? {};
  const isNode = kind === 'Node';
  return { kind, name, namespace, labels, annotations: isNode ? null : annotations, spec };
}

/** Why the API server did not do something, as a refusal. */
export function refusalOf(error: ApiFailure): ResponseRefused {
  const message = `The Kubernetes API: ${error.message}`;
  return new ResponseRefused(codeOf(error), message);
}

/** Every other failure says that the API server cannot be reached. */
const CODES: Readonly<Partial<Record<ApiFailure['code'], RefusalCode>>> = {
  forbidden: 'no-role',
  conflict: 'object-changed',
  absent: 'not-found',
  invalid: 'dry-run-rejected',
  'bad-answer': 'dry-run-rejected',
  overloaded: 'dry-run-rejected',
};

function codeOf({ code, message }: ApiFailure): RefusalCode {
  // Admission answers 403 as well, in other words than RBAC's.
  if (code === 'forbidden' && !/User ".*" cannot /.test(message)) return 'dry-run-rejected';
  return CODES[code] ?? 'unreachable';
}

import type { RawObject, RawPodSpec } from '../collect/kubernetes/rawObjects.ts';
import type { Finding } from '../model/finding.ts';
import type { ResponseAction } from '../store/responses.ts';
import { controllerIn, isReadable, nameIn, objectPath, uidOf } from './objects.ts';
import { ResponseRefused } from './refusals.ts';
import type { ResponseCluster } from './responseCluster.ts';

/** What a response is requested for. */
export interface ResponseTarget {
  readonly finding: Finding;
  readonly action: ResponseAction;
  readonly select: 'pods' | 'owner';
}

/** The part of the cluster that a plan rests on, as it is now. */
export interface ResponseFacts {
  readonly namespace: string;
  /** The finding's workload; null for bare pods, groups, and kinds that are not read here. */
  readonly workload: RawObject | null;
  /** The finding's pods that are still there. */
  readonly pods: readonly RawObject[];
  /** Pods of the finding that are gone. */
  readonly gone: readonly string[];
  readonly podsOfNamespace: readonly RawObject[];
  /** By uid, what controls the pods: ReplicaSets and Jobs. */
  readonly controllers: ReadonlyMap<string, RawObject>;
  readonly policies: readonly RawObject[];
  readonly nodes: readonly RawObject[];
  /** Programs other than kubectl that set the field that the action sets: they may set it back. */
  readonly setBy: readonly string[];
}

/** A finding that names more pods than this is not responded to in one go. */
const MAX_PODS = 100;

/** Reads what a plan rests on. @throws ResponseRefused, ApiFailure */
export async function readFacts(
  { finding, action }: ResponseTarget,
  cluster: ResponseCluster,
): Promise<ResponseFacts> {
  const { namespace } = finding.scope;
  if (namespace === null)
    throw new ResponseRefused('not-applicable', 'The finding is about no namespace');
  const workload = await readWorkload(finding, namespace, cluster);
  const [podsOfNamespace, replicaSets, jobs] = await Promise.all([
    listOf('Pod', namespace, cluster),
    listOf('ReplicaSet', namespace, cluster),
    listOf('Job', namespace, cluster),
  ]);
  const controllers = new Map([...replicaSets, ...jobs].map((one) => [uidOf(one), one]));
  const { pods, gone } = podsOf(finding, workload, podsOfNamespace, controllers);
  return {
    namespace,
    workload,
    pods,
    gone,
    podsOfNamespace,
    controllers,
    policies: action === 'quarantine' ? await listOf('NetworkPolicy', namespace, cluster) : [],
    nodes: action === 'cordon' ? await cluster.list(objectPath('Node', null)) : [],
    setBy: workload === null ? [] : await settersOf(workload, action, namespace, cluster),
  };
}

const FIELDS: Readonly<Partial<Record<ResponseAction, string>>> = {
  'scale-to-zero': 'f:replicas',
  suspend: 'f:suspend',
};
/** They set a field when a person asks for it; the controllers that come with Kubernetes keep a workload at zero. */
const PASSIVE = /^(kubectl|burnwatch|kube-controller-manager)/;

interface ManagedFields {
  readonly manager?: string;
  readonly fieldsV1?: { readonly 'f:spec'?: Readonly<Record<string, unknown>> };
}

/** From `managedFields`, which are otherwise left out: GitOps controllers, KEDA, operators. */
async function settersOf(
  workload: RawObject,
  action: ResponseAction,
  namespace: string,
  cluster: ResponseCluster,
): Promise<readonly string[]> {
  const field = FIELDS[action];
  if (field === undefined) return [];
  const text = await cluster.text(objectPath(workload.kind ?? '', namespace, nameIn(workload)));
  const { metadata } = JSON.parse(text) as {
    readonly metadata?: { readonly managedFields?: readonly ManagedFields[] };
  };
  const managers = (metadata?.managedFields ?? [])
    .filter(({ fieldsV1 }) => fieldsV1?.['f:spec']?.[field] !== undefined)
    .map(({ manager = '' }) => manager);
  return [...new Set(managers)].filter((name) => !PASSIVE.test(name)).sort();
}

/** Lists of the API server leave out the kind of what is in them. */
async function listOf(
  kind: string,
  namespace: string,
  cluster: ResponseCluster,
): Promise<readonly RawObject[]> {
  const objects = await cluster.list(objectPath(kind, namespace));
  return objects.map((object) => ({ ...object, kind }));
}

async function readWorkload(
  { scope }: Finding,
  namespace: string,
  cluster: ResponseCluster,
): Promise<RawObject | null> {
  const { workload } = scope;
  if (workload === null || !isReadable(workload.kind)) return null;
  const { kind, name } = workload;
  const found = await cluster.get(objectPath(kind, namespace, name));
  if (found === null)
    throw new ResponseRefused('not-found', `${kind} ${namespace}/${name} does not exist any more`);
  return { ...found, kind };
}

/** The finding's pods that are there. A name alone proves nothing: a pod must be of the finding's workload. */
function podsOf(
  finding: Finding,
  workload: RawObject | null,
  all: readonly RawObject[],
  controllers: ResponseFacts['controllers'],
): Pick<ResponseFacts, 'pods' | 'gone'> {
  const { namespace } = finding.scope;
  if (workload !== null && finding.pods.length === 0)
    return { pods: limited(all.filter((pod) => isOwned(pod, workload, controllers))), gone: [] };
  const pods: RawObject[] = [];
  const gone: string[] = [];
  for (const name of finding.pods) {
    const pod = all.find((one) => nameIn(one) === name);
    if (pod === undefined) gone.push(name);
    else if (workload === null ? isLater(pod, finding) : !isOwned(pod, workload, controllers))
      throw new ResponseRefused(
        'object-changed',
        `Pod ${namespace}/${name} is not the one of the finding: ${workload === null ? 'it was created later' : 'another owner has it'}`,
      );
    else pods.push(pod);
  }
  return { pods: limited(pods), gone };
}

function limited(pods: readonly RawObject[]): readonly RawObject[] {
  if (pods.length <= MAX_PODS) return pods;
  throw new ResponseRefused(
    'not-applicable',
    `The finding has ${pods.length} pods; a response is for at most ${MAX_PODS}`,
  );
}

/** Whether a workload controls a pod, directly or by a ReplicaSet or Job. */
export function isOwned(
  pod: RawObject,
  workload: RawObject,
  controllers: ResponseFacts['controllers'],
): boolean {
  let uid = controllerIn(pod)?.uid;
  for (let depth = 0; uid !== undefined && depth < 3; depth += 1) {
    if (uid === uidOf(workload)) return true;
    const above = controllers.get(uid);
    uid = above === undefined ? undefined : controllerIn(above)?.uid;
  }
  return false;
}

/** Pods without a workload are known by name: one that was made after the finding was last seen is another. */
function isLater({ metadata }: RawObject, { lastSeen }: Finding): boolean {
  return Date.parse(metadata?.creationTimestamp ?? '') > lastSeen;
}

export function podSpecOf(pod: RawObject): RawPodSpec {
  return pod.spec ?? {};
}

/** The kubelet makes it from a file of its node. */
export function isStatic({ metadata }: RawObject): boolean {
  return metadata?.annotations?.['kubernetes.io/config.mirror'] !== undefined;
}

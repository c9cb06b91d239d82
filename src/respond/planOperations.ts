import { labelSelector, type RawSelector } from '../collect/kubernetes/objects/selector.ts';
import type { RawObject } from '../collect/kubernetes/rawObjects.ts';
import type {
  FieldChange,
  Operation,
  ResponseAction,
  ResponsePlan,
  TargetObject,
} from '../store/responses.ts';
import { canonicalJson, hashOf } from '../model/canonicalJson.ts';
import { selectsAll } from '../model/labelSelector.ts';
import { isOwned, isStatic, podSpecOf, type ResponseFacts, type ResponseTarget } from './facts.ts';
import {
  controllerIn,
  isSelected,
  nameIn,
  objectPath,
  uidOf,
  valueAt,
  versionOf,
} from './objects.ts';
import { withoutSecrets } from './redact.ts';
import { ResponseRefused } from './refusals.ts';

/** Put on the pods of a quarantine; the value is the response's id. */
const QUARANTINE_LABEL = 'burnwatch.io/quarantine';
const SUSPECT_LABEL = 'burnwatch.io/suspect';

/** Says on an object which response changed it. */
export function markerOf(id: string): string {
  return `response.burnwatch.io/${id}`;
}

/** A plan before the dry run, which gives it its hash. */
export type DraftPlan = Omit<ResponsePlan, 'hash'>;

/** What an action would do to the cluster as it is. Pure. @throws ResponseRefused */
export function planOperations(
  id: string,
  { finding, action, select }: ResponseTarget,
  facts: ResponseFacts,
): DraftPlan {
  const { pods, gone, namespace } = facts;
  if (pods.length === 0 && action !== 'scale-to-zero' && action !== 'suspend')
    throw new ResponseRefused('not-found', `No pod of the finding is left in ${namespace}`);
  const warnings = gone.length === 0 ? [] : [`${gone.length} pods of the finding are gone`];
  const draft = { warnings, pods: pods.map(nameIn), irreversible: null };
  switch (action) {
    case 'evidence':
      return { ...draft, targets: pods.map((pod) => target(pod, '')), operations: [] };
    case 'label': {
      const label = {
        action,
        text: `label as ${finding.kind}`,
        path: ['metadata', 'labels', SUSPECT_LABEL],
        after: finding.kind,
      };
      const operations = pods.map(ofNoFile).map((pod) => patch(id, pod, namespace, label));
      return { ...draft, targets: pods.map((pod) => target(pod)), operations };
    }
    case 'quarantine':
      return select === 'owner' ? byOwner(id, facts, draft) : byLabel(id, facts, draft);
    case 'cordon':
      return cordon(id, facts, draft);
    case 'scale-to-zero':
      return scaleToZero(facts, draft);
    case 'suspend':
      return suspend(id, facts, draft);
    case 'evict':
      break;
  }
  return evict(id, facts, draft);
}

function notApplicable(reason: string): ResponseRefused {
  return new ResponseRefused('not-applicable', reason);
}

type Head = Pick<DraftPlan, 'warnings' | 'pods' | 'irreversible'>;

function byLabel(id: string, facts: ResponseFacts, head: Head): DraftPlan {
  const { pods, namespace, podsOfNamespace } = facts;
  requireNetwork(pods);
  const taken = podsOfNamespace.find(({ metadata }) => metadata?.labels?.[QUARANTINE_LABEL] === id);
  if (taken !== undefined) throw selectsOthers([nameIn(taken)], namespace);
  for (const pod of pods) {
    const by = pod.metadata?.labels?.[QUARANTINE_LABEL];
    if (by !== undefined)
      throw notApplicable(
        `Pod ${namespace}/${nameIn(pod)} is in quarantine already, by response ${by}`,
      );
  }
  const label = {
    action: 'quarantine',
    text: 'label for the quarantine',
    path: ['metadata', 'labels', QUARANTINE_LABEL],
    after: id,
  } as const;
  return {
    ...head,
    targets: pods.map((pod) => target(pod)),
    operations: [
      denyAll(id, namespace, { matchLabels: { [QUARANTINE_LABEL]: id } }),
      ...pods.map(ofNoFile).map((pod) => patch(id, pod, namespace, label)),
    ],
    warnings: [
      ...head.warnings,
      ...policyWarnings(facts, pods),
      ...(pods.some((pod) => controllerIn(pod) !== undefined)
        ? ['Pods that their owner makes later are not in quarantine']
        : []),
    ],
  };
}

function byOwner(id: string, facts: ResponseFacts, head: Head): DraftPlan {
  const { workload, namespace, podsOfNamespace, controllers } = facts;
  const raw = valueAt(workload, ['spec', 'selector']) as RawSelector | null;
  const selector = labelSelector(raw);
  if (workload === null || raw === null || selectsAll(selector))
    throw notApplicable(
      'The finding’s workload selects no pods by labels: choose the quarantine by pods',
    );
  const selected = podsOfNamespace.filter((pod) => isSelected(selector, pod));
  const others = selected.filter((pod) => !isOwned(pod, workload, controllers));
  if (others.length > 0) throw selectsOthers(others.map(nameIn), namespace);
  requireNetwork(selected);
  return {
    ...head,
    pods: selected.map(nameIn),
    targets: [target(workload), ...selected.map((pod) => target(pod, ''))],
    operations: [denyAll(id, namespace, raw)],
    warnings: [...head.warnings, ...policyWarnings(facts, selected)],
  };
}

function selectsOthers(names: readonly string[], namespace: string): ResponseRefused {
  const shown = names.slice(0, 5).join(', ');
  return new ResponseRefused(
    'selects-others',
    `The NetworkPolicy would also select ${names.length} pods of ${namespace} that are not the finding’s: ${shown}`,
  );
}

function denyAll(id: string, namespace: string, podSelector: RawSelector): Operation {
  const name = `burnwatch-quarantine-${id}`;
  return {
    verb: 'create',
    text: `create NetworkPolicy ${namespace}/${name}, which denies all traffic of its pods`,
    collection: objectPath('NetworkPolicy', namespace),
    path: objectPath('NetworkPolicy', namespace, name),
    object: {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: {
        name,
        namespace,
        labels: { 'app.kubernetes.io/managed-by': 'burnwatch' },
        annotations: { [markerOf(id)]: 'quarantine' },
      },
      spec: { podSelector, policyTypes: ['Ingress', 'Egress'] },
    },
  };
}

function requireNetwork(pods: readonly RawObject[]): void {
  const onHost = pods.find((pod) => podSpecOf(pod).hostNetwork === true);
  if (onHost !== undefined)
    throw notApplicable(
      `Pod ${nameIn(onHost)} uses its node’s network: no NetworkPolicy reaches it`,
    );
}

/** Policies add up: what another one allows, a quarantine cannot take away. */
function policyWarnings(
  { policies }: ResponseFacts,
  pods: readonly RawObject[],
): readonly string[] {
  const allowing = policies.filter((policy) => {
    const selector = labelSelector(valueAt(policy, ['spec', 'podSelector']) as RawSelector | null);
    const rules = ['ingress', 'egress'].map((side) => valueAt(policy, ['spec', side]));
    const allows = rules.some((rule) => Array.isArray(rule) && rule.length > 0);
    return allows && pods.some((pod) => isSelected(selector, pod));
  });
  return [
    ...allowing.map(
      (policy) => `NetworkPolicy ${nameIn(policy)} goes on allowing these pods some traffic`,
    ),
    'Works only where the network plug-in enforces NetworkPolicies',
  ];
}

function cordon(id: string, { pods, nodes }: ResponseFacts, head: Head): DraftPlan {
  const names = new Set(pods.map((pod) => podSpecOf(pod).nodeName).filter((name) => name));
  const open = nodes.filter((node) => valueAt(node, ['spec', 'unschedulable']) !== true);
  const wanted = open
    .filter((node) => names.has(nameIn(node)))
    .map((node) => ({ ...node, kind: 'Node' }));
  if (wanted.length === 0)
    throw notApplicable(
      names.size === 0 ? 'The pods are on no node' : 'The nodes of the pods are cordoned already',
    );
  const unschedulable = {
    action: 'cordon',
    text: 'set unschedulable',
    path: ['spec', 'unschedulable'],
    after: true,
  } as const;
  return {
    ...head,
    targets: wanted.map((node) => target(node, nodeVersion(node))),
    operations: wanted.map((node) => patch(id, node, null, unschedulable)),
    warnings: [
      ...head.warnings,
      ...(wanted.length === open.length ? ['No node is left that new pods can go to'] : []),
    ],
  };
}

/** A digest of what of a node a person changes; its status and resourceVersion change with every heartbeat of the kubelet. */
function nodeVersion({ spec, metadata }: RawObject): string {
  return hashOf({ spec, labels: metadata?.labels });
}

const SCALABLE = new Set(['Deployment', 'StatefulSet', 'ReplicaSet']);

function scaleToZero(facts: ResponseFacts, head: Head): DraftPlan {
  const { workload, namespace } = facts;
  if (workload === null || !SCALABLE.has(workload.kind ?? ''))
    throw notApplicable('Only Deployments, StatefulSets and ReplicaSets are scaled to zero');
  requireNoOwner(workload, namespace);
  const replicas = Number(valueAt(workload, ['spec', 'replicas']) ?? 1);
  if (replicas === 0) throw notApplicable(`${called(workload, namespace)} has no replicas`);
  return {
    ...head,
    targets: [target(workload)],
    operations: [
      {
        verb: 'patch',
        text: `scale ${called(workload, namespace)} from ${replicas} to 0 replicas`,
        path: `${objectPath(workload.kind ?? '', namespace, nameIn(workload))}/scale`,
        uid: uidOf(workload),
        resourceVersion: versionOf(workload),
        fields: [{ path: ['spec', 'replicas'], before: replicas, after: 0 }],
      },
    ],
    warnings: [...head.warnings, ...setBackWarnings(facts)],
  };
}

function suspend(id: string, facts: ResponseFacts, head: Head): DraftPlan {
  const { workload, namespace } = facts;
  if (workload?.kind !== 'CronJob') throw notApplicable('Only CronJobs are suspended');
  requireNoOwner(workload, namespace);
  const path = ['spec', 'suspend'];
  if (valueAt(workload, path) === true)
    throw notApplicable(`${called(workload, namespace)} is suspended already`);
  const suspended = { action: 'suspend', text: 'suspend', path, after: true } as const;
  return {
    ...head,
    targets: [target(workload)],
    operations: [patch(id, workload, namespace, suspended)],
    warnings: [
      ...head.warnings,
      ...setBackWarnings(facts),
      ...(head.pods.length > 0 ? ['Jobs that run already go on'] : []),
    ],
  };
}

function evict(id: string, facts: ResponseFacts, head: Head): DraftPlan {
  const { pods, namespace } = facts;
  for (const pod of pods) requireNoReplacement(pod, facts);
  const operations = pods.map((pod): Operation => {
    const name = nameIn(pod);
    const text = `evict Pod ${namespace}/${name}`;
    const path = objectPath('Pod', namespace, name);
    const again = controllerIn(pod) === undefined ? madeAgain(id, pod) : null;
    return { verb: 'evict', text, path, uid: uidOf(pod), resourceVersion: versionOf(pod), again };
  });
  const isReversible = operations.every((one) => one.verb === 'evict' && one.again !== null);
  return {
    ...head,
    targets: pods.map((pod) => target(pod)),
    operations,
    irreversible: isReversible
      ? null
      : 'Evicted pods cannot be made again: their arguments and environment values are not stored',
  };
}

/**
 * A bare pod's manifest, to make it again; null where the manifest has arguments or values of environment variables,
 * which are never stored.
 */
function madeAgain(id: string, pod: RawObject): object | null {
  const { nodeName: _node, ...spec } = podSpecOf(pod);
  if (canonicalJson(withoutSecrets({ spec })) !== canonicalJson({ spec })) return null;
  const { labels, namespace, annotations: before } = withoutSecrets(pod).metadata ?? {};
  const annotations = { ...before, [markerOf(id)]: 'made again' };
  const metadata = { name: nameIn(pod), namespace, labels, annotations };
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec };
}

/** @throws ResponseRefused where the pod would come back */
function requireNoReplacement(
  pod: RawObject,
  { workload, controllers, namespace }: ResponseFacts,
): void {
  ofNoFile(pod);
  const owner = controllerIn(pod);
  if (owner === undefined) return;
  const controller = controllers.get(owner.uid ?? '');
  const wanted = [controller, workload].map((one) => valueAt(one, ['spec', 'replicas']));
  const isStopped = wanted.includes(0) || valueAt(controller, ['spec', 'suspend']) === true;
  if (isStopped) return;
  throw new ResponseRefused(
    'owner-recreates',
    `${owner.kind} ${owner.name} would make Pod ${namespace}/${nameIn(pod)} again: scale its workload to zero or suspend it instead`,
  );
}

function requireNoOwner(workload: RawObject, namespace: string): void {
  const owner = controllerIn(workload);
  if (owner === undefined) return;
  throw new ResponseRefused(
    'owner-recreates',
    `${owner.kind} ${owner.name} controls ${called(workload, namespace)} and would set it back`,
  );
}

/** The pod, unless the kubelet makes it from a file. @throws ResponseRefused */
function ofNoFile(pod: RawObject): RawObject {
  if (!isStatic(pod)) return pod;
  throw new ResponseRefused(
    'owner-recreates',
    `Pod ${nameIn(pod)} is a static pod: its kubelet would set it back`,
  );
}

const GIT_OPS = ['argocd.argoproj.io/tracking-id', 'argocd.argoproj.io/instance'];

function setBackWarnings({ workload, setBy }: ResponseFacts): readonly string[] {
  const names = Object.keys({ ...workload?.metadata?.labels, ...workload?.metadata?.annotations });
  const isManaged = names.some(
    (name) => GIT_OPS.includes(name) || /toolkit\.fluxcd\.io/.test(name),
  );
  return [
    ...(isManaged ? ['A GitOps controller manages it and may set it back'] : []),
    ...setBy.map((name) => `${name} has set the same field and may set it back`),
  ];
}

/** What an action does to a field of an object. */
interface Setting extends Pick<FieldChange, 'path' | 'after'> {
  readonly action: ResponseAction;
  readonly text: string;
}

/** A patch of a field, with the mark of the response beside it. */
function patch(
  id: string,
  object: RawObject,
  namespace: string | null,
  { action, text, path, after }: Setting,
): Operation {
  const mark = { path: ['metadata', 'annotations', markerOf(id)], after: action };
  return {
    verb: 'patch',
    text: `${text}: ${called(object, namespace)}`,
    path: objectPath(object.kind ?? '', namespace, nameIn(object)),
    uid: uidOf(object),
    resourceVersion: versionOf(object),
    fields: [{ path, after }, mark].map((field) => ({
      path: field.path,
      before: valueAt(object, field.path),
      after: field.after,
    })),
  };
}

function called(object: RawObject, namespace: string | null): string {
  return `${object.kind} ${namespace === null ? '' : `${namespace}/`}${nameIn(object)}`;
}

function target(object: RawObject, version = versionOf(object)): TargetObject {
  const { kind = '', metadata } = object;
  return {
    kind,
    namespace: metadata?.namespace ?? null,
    name: nameIn(object),
    uid: uidOf(object),
    version,
  };
}

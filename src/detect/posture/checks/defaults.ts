import type { WebhookObject } from '../../../model/reviewedObjects.ts';
import {
  NAMESPACE_NAME,
  selects,
  selectsAll,
  type LabelSelector,
} from '../../../model/labelSelector.ts';
import { OWN_GROUP } from '../access/abilities.ts';
import {
  CLUSTER,
  failuresOr,
  overImages,
  overPods,
  type Failure,
  type PostureCheck,
  type UngroupedCheck,
} from '../check.ts';
import { ENFORCE, holdsPods, lacks } from '../lists.ts';
import type { PostureInput } from '../postureInput.ts';
import { ordinaryNamespaces } from './namespaces.ts';

const POD_SECURITY: UngroupedCheck = {
  id: 'pod-security-missing',
  title: 'Pod Security not enforced',
  severity: 'medium',
  names: { nsa: 'Pod security: Pod Security Admission', cis: '5.2.1', kubescape: ['C-0192'] },
  run(input) {
    const places = ordinaryNamespaces(input);
    const labels = input.namespaceLabels ?? null;
    const failures = places.flatMap((namespace): Failure[] => {
      const own = labels?.get(namespace);
      if (own === undefined) return [];
      const level = own[ENFORCE];
      if (holdsPods(level)) return [];
      if (level === undefined) return [{ namespace, text: `has no label ${ENFORCE}` }];
      const why = level === 'privileged' ? 'which lets every pod in' : 'which is no level';
      return [{ namespace, text: `its label ${ENFORCE} is ${level}, ${why}` }];
    });
    return failuresOr(places, failures, labels === null && 'labels of namespaces are not known');
  },
};

const PODS: readonly UngroupedCheck[] = [
  {
    id: 'default-namespace-used',
    title: 'Runs in the namespace default',
    severity: 'low',
    names: {
      nsa: 'Namespaces',
      cis: '5.7.4',
      kubescape: ['C-0061', 'C-0212'],
      kubeLinter: ['use-namespace'],
    },
    run: (input) =>
      overPods(
        { ...input, pods: input.pods.filter(({ namespace }) => namespace === 'default') },
        () => 'runs in the namespace default, which has no owner',
      ),
  },
  {
    id: 'image-digest-missing',
    title: 'Image without a digest (informational)',
    severity: 'info',
    names: { nsa: 'Supply chain' },
    run: overImages((image) =>
      /@sha(?:256|512):[0-9a-f]{64,}$/.test(image)
        ? null
        : 'its image has no digest: the registry decides what runs',
    ),
  },
];

/** A rule over webhooks, those of a configuration together. */
function overWebhooks(
  input: PostureInput,
  rule: (webhook: WebhookObject) => string | null,
): ReturnType<PostureCheck['run']> {
  const failures = new Map<string, Failure>();
  for (const webhook of input.objects?.webhooks ?? []) {
    const text = rule(webhook);
    const subject = `${webhook.kind} ${webhook.name}`;
    if (text !== null && !failures.has(subject))
      failures.set(subject, { namespace: CLUSTER, subject, text });
  }
  const isUnknown = lacks(
    input,
    'validatingwebhookconfigurations.admissionregistration.k8s.io',
    'mutatingwebhookconfigurations.admissionregistration.k8s.io',
  );
  return failuresOr([CLUSTER], [...failures.values()], isUnknown && 'webhooks are not known');
}

/** True for a selector that leaves no namespace out, whatever it is written like. */
function selectsEvery(selector: LabelSelector, { namespaceLabels }: PostureInput): boolean {
  if (selectsAll(selector)) return true;
  const all = [...(namespaceLabels ?? [])].map(([name, labels]) => ({
    [NAMESPACE_NAME]: name,
    ...labels,
  }));
  return all.length > 0 && all.every((labels) => selects(selector, labels));
}

const ADMISSION: readonly UngroupedCheck[] = [
  {
    id: 'webhook-fails-open',
    title: 'Webhook that fails open',
    severity: 'medium',
    names: {
      nsa: 'Supply chain: admission control',
      kubescape: ['C-0036'],
    },
    run: (input) =>
      overWebhooks(input, ({ kind, webhook, failsOpen, rules }) => {
        if (kind !== 'ValidatingWebhookConfiguration' || !failsOpen) return null;
        const isOfOwnKinds = rules.some(({ apiGroups }) =>
          apiGroups.some((group) => group === '*' || OWN_GROUP.test(group)),
        );
        return isOfOwnKinds
          ? `lets everything through while ${webhook} does not answer (failurePolicy: Ignore)`
          : null;
      }),
  },
  {
    id: 'webhook-matches-everything',
    title: 'Webhook that matches everything',
    severity: 'medium',
    names: { kubescape: ['C-0036', 'C-0039'] },
    run: (input) =>
      overWebhooks(input, ({ webhook, failsOpen, rules, isNarrowed, namespaces }) => {
        const isAll = rules.some(
          ({ apiGroups, resources }) =>
            apiGroups.includes('*') && resources.some((one) => one === '*' || one === '*/*'),
        );
        if (!isAll || isNarrowed || !selectsEvery(namespaces, input)) return null;
        return failsOpen
          ? `sends every request of the cluster to ${webhook}`
          : `sends every request of the cluster, kube-system’s too, to ${webhook}: nothing changes while it does not answer`;
      }),
  },
  {
    id: 'admission-policy-idle',
    title: 'Admission policy without effect',
    severity: 'low',
    names: { nsa: 'Supply chain: admission control' },
    run(input) {
      const failures = (input.objects?.admissionPolicies ?? []).flatMap(
        ({ name, failsOpen }): Failure[] => {
          const bindings = input.objects!.admissionBindings.filter(({ policy }) => policy === name);
          const why = failsOpen
            ? 'lets through what it cannot judge (failurePolicy: Ignore)'
            : bindings.length === 0
              ? 'has no binding'
              : bindings.some(({ actions }) => actions.includes('Deny'))
                ? null
                : 'denies nothing: no binding of it says Deny';
          const subject = `ValidatingAdmissionPolicy ${name}`;
          return why === null ? [] : [{ namespace: CLUSTER, subject, text: why }];
        },
      );
      const known = new Set(input.objects?.admissionPolicies.map(({ name }) => name));
      const dangling = (input.objects?.admissionBindings ?? []).flatMap(
        ({ name, policy }): Failure[] => {
          const subject = `ValidatingAdmissionPolicyBinding ${name}`;
          const text = `refers to the policy ${policy}, which does not exist`;
          return known.has(policy) ? [] : [{ namespace: CLUSTER, subject, text }];
        },
      );
      const isUnknown = lacks(
        input,
        'validatingadmissionpolicies.admissionregistration.k8s.io',
        'validatingadmissionpolicybindings.admissionregistration.k8s.io',
      );
      return isUnknown
        ? failuresOr([CLUSTER], [], 'admission policies are not known')
        : failuresOr([CLUSTER], [...failures, ...dangling]);
    },
  },
];

/** Only where the API server is a pod that the API shows: a managed control plane is not seen. */
const API_SERVER: UngroupedCheck = {
  id: 'api-server-flags',
  title: 'Flags of the API server',
  severity: 'medium',
  names: {
    nsa: 'Control plane hardening; audit logging',
    cis: '1.2',
    kubescape: ['C-0113', 'C-0114', 'C-0118', 'C-0119', 'C-0120', 'C-0122'],
  },
  run(input) {
    const failures = new Map<string, Failure>();
    let isSeen = false;
    for (const { namespace, wrongFlags, workload } of input.pods) {
      if (wrongFlags === undefined) continue;
      isSeen = true;
      for (const { flag, text } of wrongFlags) failures.set(flag, { namespace, workload, text });
    }
    return isSeen ? failuresOr(['kube-system'], [...failures.values()]) : [];
  },
};

/** Defaults that were left as they were, and admission. */
export const DEFAULT_CHECKS: readonly UngroupedCheck[] = [
  POD_SECURITY,
  ...PODS,
  ...ADMISSION,
  API_SERVER,
];

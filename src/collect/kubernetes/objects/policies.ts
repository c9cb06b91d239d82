import type {
  V1PodDisruptionBudgetSpec,
  V1ResourceQuotaSpec,
  V1ResourceQuotaStatus,
  V1ValidatingAdmissionPolicyBindingSpec,
  V1ValidatingWebhookConfiguration,
} from '@kubernetes/client-node';
import type { DisruptionBudget, LimitRange, ResourceQuota } from '../../../model/clusterObjects.ts';
import { selectsAll } from '../../../model/labelSelector.ts';
import { labelSelector, listOf } from './selector.ts';
import { namedOf } from '../metadata.ts';
import { parseQuantities } from '../quantity.ts';
import type { FromJson, RawObject } from '../rawObjects.ts';
import type {
  AdmissionBindingObject,
  AdmissionPolicyObject,
  WebhookObject,
} from '../../../model/reviewedObjects.ts';

/** Reads a ResourceQuota: what its status enforces, or what its spec asks for until it has one. */
export function resourceQuota(raw: RawObject): ResourceQuota {
  const spec = (raw.spec ?? {}) as FromJson<V1ResourceQuotaSpec>;
  const status = (raw.status ?? {}) as FromJson<V1ResourceQuotaStatus>;
  return {
    ...namedOf(raw),
    hard: parseQuantities(status.hard ?? spec.hard),
    used: parseQuantities(status.used),
    scoped: (spec.scopes ?? []).length > 0 || spec.scopeSelector !== undefined,
  };
}

interface RawLimits {
  readonly type?: string;
  readonly default?: unknown;
  readonly defaultRequest?: unknown;
  readonly min?: unknown;
  readonly max?: unknown;
}

/** Reads the entries of a LimitRange that are for containers. */
export function limitRanges(raw: RawObject): readonly LimitRange[] {
  const { limits = [] } = (raw.spec ?? {}) as { readonly limits?: readonly RawLimits[] };
  return limits
    .filter(({ type }) => type === 'Container')
    .map((one) => ({
      ...namedOf(raw),
      defaultLimit: parseQuantities(one.default),
      defaultRequest: parseQuantities(one.defaultRequest),
      min: parseQuantities(one.min),
      max: parseQuantities(one.max),
    }));
}

/** Reads a PodDisruptionBudget. Without a selector it covers no pod; with an empty one every pod, but in v1beta1 none. */
export function disruptionBudget(raw: RawObject): DisruptionBudget {
  const spec = (raw.spec ?? {}) as FromJson<V1PodDisruptionBudgetSpec>;
  const text = (value: number | string | undefined) => (value === undefined ? null : `${value}`);
  const selector = labelSelector(spec.selector);
  return {
    ...namedOf(raw),
    selectsNone:
      spec.selector === undefined || (raw.apiVersion === 'policy/v1beta1' && selectsAll(selector)),
    ...selector,
    minAvailable: text(spec.minAvailable),
    maxUnavailable: text(spec.maxUnavailable),
  };
}

type RawWebhooks = RawObject & Pick<FromJson<V1ValidatingWebhookConfiguration>, 'webhooks'>;

/** Reads the webhooks of a configuration. A v1beta1 webhook fails open unless told otherwise, a v1 one does not. */
export function admissionWebhooks(raw: RawWebhooks): readonly WebhookObject[] {
  const usual = raw.apiVersion?.endsWith('v1beta1') ? 'Ignore' : 'Fail';
  return listOf(raw.webhooks).map((one) => ({
    kind: raw.kind ?? '',
    name: raw.metadata?.name ?? '',
    webhook: one.name ?? '',
    failsOpen: (one.failurePolicy ?? usual) === 'Ignore',
    rules: listOf(one.rules).map(({ apiGroups, resources }) => ({
      apiGroups: listOf(apiGroups),
      resources: listOf(resources),
    })),
    service: one.clientConfig?.service ? namedOf({ metadata: one.clientConfig.service }) : null,
    namespaces: labelSelector(one.namespaceSelector),
    isNarrowed:
      !selectsAll(labelSelector(one.objectSelector)) || listOf(one.matchConditions).length > 0,
  }));
}

/** Reads a ValidatingAdmissionPolicy. */
export function admissionPolicy({ metadata, spec }: RawObject): AdmissionPolicyObject {
  return { name: metadata?.name ?? '', failsOpen: spec?.['failurePolicy'] === 'Ignore' };
}

/** Reads a ValidatingAdmissionPolicyBinding. */
export function admissionBinding({ metadata, spec }: RawObject): AdmissionBindingObject {
  const { policyName, validationActions } = (spec ??
    {}) as FromJson<V1ValidatingAdmissionPolicyBindingSpec>;
  return {
    name: metadata?.name ?? '',
    policy: policyName ?? '',
    actions: listOf(validationActions),
  };
}

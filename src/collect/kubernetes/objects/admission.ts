import type {
  V1ValidatingAdmissionPolicyBindingSpec,
  V1ValidatingWebhookConfiguration,
} from '@kubernetes/client-node';
import type {
  AdmissionBindingObject,
  AdmissionPolicyObject,
  WebhookObject,
} from '../../../model/reviewedObjects.ts';
import { selectsAll } from '../../../model/labelSelector.ts';
import { namedOf } from '../metadata.ts';
import type { FromJson, RawObject } from '../rawObjects.ts';
import { labelSelector, listOf } from './selector.ts';

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

import type {
  AdmissionBindingObject,
  AdmissionPolicyObject,
  WebhookObject,
} from '../../../model/reviewedObjects.ts';
import { selectsAll } from '../../../model/labelSelector.ts';
import { namedOf } from '../metadata.ts';
import type { RawObject } from '../rawObjects.ts';
import { labelSelector, listOf, type RawSelector } from './selector.ts';

interface RawWebhooks extends RawObject {
  readonly webhooks?: readonly {
    readonly name?: string;
    readonly failurePolicy?: string;
    readonly rules?: readonly {
      readonly apiGroups?: readonly string[];
      readonly resources?: readonly string[];
    }[];
    readonly namespaceSelector?: RawSelector;
    readonly objectSelector?: RawSelector;
    readonly clientConfig?: {
      readonly service?: { readonly namespace?: string; readonly name?: string } | null;
    };
    readonly matchConditions?: readonly unknown[];
  }[];
}

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
  const { policyName, validationActions } = (spec ?? {}) as {
    readonly policyName?: string;
    readonly validationActions?: readonly string[];
  };
  return {
    name: metadata?.name ?? '',
    policy: policyName ?? '',
    actions: listOf(validationActions),
  };
}

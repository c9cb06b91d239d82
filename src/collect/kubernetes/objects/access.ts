import type { V1ClusterRole, V1RoleBinding, V1ServiceAccount } from '@kubernetes/client-node';
import type {
  AccessSubject,
  RoleBindingObject,
  RoleObject,
  ServiceAccountObject,
} from '../../../model/reviewedObjects.ts';
import { labelsOf, namedOf } from '../metadata.ts';
import type { FromJson, RawObject } from '../rawObjects.ts';
import { labelSelector, listOf } from './selector.ts';

type RawRole = RawObject & Pick<FromJson<V1ClusterRole>, 'rules' | 'aggregationRule'>;

/** Reads a Role or ClusterRole; rules about URLs are left out. */
export function roleObject(raw: RawRole): RoleObject {
  return {
    ...namedOf(raw),
    labels: labelsOf(raw.metadata),
    rules: listOf(raw.rules).map(({ verbs, apiGroups, resources, resourceNames }) => ({
      verbs: listOf(verbs),
      apiGroups: listOf(apiGroups),
      resources: listOf(resources),
      resourceNames: listOf(resourceNames),
    })),
    aggregates: listOf(raw.aggregationRule?.clusterRoleSelectors).map(labelSelector),
  };
}

type RawBinding = RawObject & Pick<FromJson<V1RoleBinding>, 'roleRef' | 'subjects'>;

/** A service account may be bound as the user that it is. */
const ACCOUNT_USER = /^system:serviceaccount:([^:]+):([^:]+)$/;

/** Reads a RoleBinding or ClusterRoleBinding. */
export function roleBinding(raw: RawBinding): RoleBindingObject {
  const { roleRef, metadata } = raw;
  return {
    ...namedOf(raw),
    role: { kind: roleRef?.kind ?? '', name: roleRef?.name ?? '' },
    subjects: listOf(raw.subjects).flatMap(({ kind, namespace, name = '' }): AccessSubject[] => {
      const account = kind === 'User' ? ACCOUNT_USER.exec(name) : null;
      if (account) return [{ kind: 'ServiceAccount', namespace: account[1]!, name: account[2]! }];
      if (kind === 'User' || kind === 'Group') return [{ kind, namespace: '', name }];
      if (kind !== 'ServiceAccount') return [];
      return [{ kind, namespace: namespace ?? metadata?.namespace ?? '', name }];
    }),
  };
}

type RawServiceAccount = RawObject &
  Pick<FromJson<V1ServiceAccount>, 'automountServiceAccountToken' | 'secrets'>;

export function serviceAccount(raw: RawServiceAccount): ServiceAccountObject {
  return {
    ...namedOf(raw),
    automountToken: raw.automountServiceAccountToken ?? null,
    tokenSecrets: listOf(raw.secrets)
      .flatMap(({ name }) => name ?? [])
      .filter((name) => name.includes('-token-')),
  };
}

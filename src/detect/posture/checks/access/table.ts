import type { Ability } from '../../access/abilities.ts';
import type { CheckSeverity, RegistryNames } from '../../check.ts';

/** A check that one ability in a role fails. */
export interface AbilityCheck {
  readonly id: string;
  readonly title: string;
  readonly abilities: readonly Ability[];
  /** In words: `may …`. */
  readonly may: string;
  readonly severity: CheckSeverity;
  /** In single namespaces, where that is another matter; none: it is of the whole cluster alone. */
  readonly inNamespace?: CheckSeverity;
  /** Of these names it is no better than of all. */
  readonly strongNames?: readonly string[];
  readonly names: RegistryNames;
}

export const NSA = { nsa: 'Authentication and authorization: RBAC' };

/** Abilities that are looked for, with their severities and what other tools call them. */
export const BY_ABILITY: readonly AbilityCheck[] = [
  {
    id: 'rbac-cluster-admin',
    title: 'Is cluster-admin',
    abilities: ['do everything'],
    may: 'do everything',
    severity: 'critical',
    names: {
      ...NSA,
      cis: '5.1.1',
      kubescape: ['C-0035', 'C-0185'],
      rbacPolice: ['cluster_admin'],
      kubiscan: ['risky-any-verb'],
      kubeLinter: ['cluster-admin-role-binding'],
      polaris: ['clusterrolebindingClusterAdmin'],
    },
  },
  {
    id: 'rbac-read-secrets',
    title: 'May read Secrets',
    abilities: ['read secrets'],
    may: 'read every Secret',
    severity: 'high',
    inNamespace: 'low',
    names: {
      ...NSA,
      cis: '5.1.2',
      kubescape: ['C-0015', 'C-0186'],
      rbacPolice: ['list_secrets', 'retrieve_token_secrets'],
      kubiscan: ['risky-get-secrets', 'risky-list-secrets'],
      kubeLinter: ['access-to-secrets'],
    },
  },
  {
    id: 'rbac-run-pods',
    title: 'May run pods',
    abilities: ['run pods'],
    may: 'run pods with any service account',
    severity: 'high',
    inNamespace: 'low',
    names: {
      ...NSA,
      cis: '5.1.4',
      kubescape: ['C-0188'],
      rbacPolice: ['assign_sa'],
      kubiscan: ['risky-create-pod', 'risky-create-deployments'],
      kubeLinter: ['access-to-create-pods'],
    },
  },
  {
    id: 'rbac-exec',
    title: 'May run commands in pods',
    abilities: ['exec into pods'],
    may: 'run commands in every pod',
    severity: 'high',
    inNamespace: 'low',
    names: {
      ...NSA,
      kubescape: ['C-0002'],
      rbacPolice: ['pods_exec', 'pods_ephemeral_ctrs'],
      kubiscan: ['risky-exec-pods', 'risky-attach-pods'],
      polaris: ['clusterrolePodExecAttach', 'rolePodExecAttach'],
    },
  },
  {
    id: 'rbac-impersonate',
    title: 'May impersonate others',
    abilities: [
      'impersonate users',
      'impersonate groups',
      'impersonate UIDs',
      'impersonate service accounts',
    ],
    may: 'impersonate others',
    severity: 'high',
    inNamespace: 'medium',
    strongNames: ['system:masters'],
    names: {
      ...NSA,
      cis: '5.1.8',
      kubescape: ['C-0065', 'C-0191'],
      rbacPolice: ['impersonate'],
      kubiscan: ['risky-impersonate-groups'],
    },
  },
  {
    id: 'rbac-bind-escalate',
    title: 'May bind or escalate roles',
    abilities: ['bind cluster roles', 'bind roles', 'escalate roles', 'escalate cluster roles'],
    may: 'give out rights that it does not have (bind, escalate)',
    severity: 'high',
    inNamespace: 'medium',
    strongNames: ['cluster-admin', 'admin', 'edit'],
    names: {
      ...NSA,
      cis: '5.1.8',
      kubescape: ['C-0191'],
      rbacPolice: ['bind_roles', 'escalate_roles'],
      kubiscan: ['risky-create-rolebinding-role'],
    },
  },
  {
    id: 'rbac-persistent-volumes',
    title: 'May create PersistentVolumes',
    abilities: ['create persistent volumes'],
    may: 'create PersistentVolumes, also of the paths of a node',
    severity: 'medium',
    names: { ...NSA, cis: '5.1.9', kubescape: ['C-0278'] },
  },
  {
    id: 'rbac-node-proxy',
    title: 'May call kubelets',
    abilities: ['proxy to nodes'],
    may: 'run commands in every pod through the kubelets (nodes/proxy)',
    severity: 'high',
    names: {
      ...NSA,
      cis: '5.1.10',
      kubescape: ['C-0279'],
      rbacPolice: ['nodes_proxy'],
      kubiscan: ['risky-execute-command-node-proxy'],
    },
  },
  {
    id: 'rbac-approve-certificates',
    title: 'May approve certificates',
    abilities: ['approve certificates'],
    may: 'approve certificates of users',
    severity: 'high',
    names: {
      ...NSA,
      cis: '5.1.11',
      kubescape: ['C-0280'],
      rbacPolice: ['approve_csrs'],
    },
  },
  {
    id: 'rbac-webhooks',
    title: 'May change webhooks',
    abilities: ['change mutating webhooks', 'change validating webhooks'],
    may: 'change the webhooks that see every request',
    severity: 'high',
    names: { ...NSA, cis: '5.1.12', kubescape: ['C-0281'], rbacPolice: ['control_webhooks'] },
  },
  {
    id: 'rbac-create-tokens',
    title: 'May create tokens',
    abilities: ['create tokens'],
    may: 'create tokens of every service account',
    severity: 'high',
    inNamespace: 'medium',
    names: { ...NSA, cis: '5.1.13', kubescape: ['C-0282'], rbacPolice: ['token_request'] },
  },
];

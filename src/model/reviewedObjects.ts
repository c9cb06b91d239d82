import type { LabelSelector, Named } from './labelSelector.ts';

/** A Role; as a ClusterRole it has no namespace (empty). */
export interface RoleObject extends Named {
  readonly labels: Readonly<Record<string, string>>;
  readonly rules: readonly AccessRule[];
  /** An aggregated ClusterRole also has the rules of ClusterRoles that one of these selects. */
  readonly aggregates: readonly LabelSelector[];
}

export interface AccessRule {
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  /** With subresources, such as `pods/exec`. */
  readonly resources: readonly string[];
  /** Empty: all names. */
  readonly resourceNames: readonly string[];
}

/** A RoleBinding; as a ClusterRoleBinding it has no namespace (empty). */
export interface RoleBindingObject extends Named {
  /** Of its own namespace where it is a `Role`, else a `ClusterRole`. */
  readonly role: { readonly kind: string; readonly name: string };
  readonly subjects: readonly AccessSubject[];
}

export interface AccessSubject {
  readonly kind: 'ServiceAccount' | 'User' | 'Group';
  /** Empty for users and groups. */
  readonly namespace: string;
  readonly name: string;
}

export interface ServiceAccountObject extends Named {
  /** Null: not set, which mounts the token. */
  readonly automountToken: boolean | null;
  /** Names of the Secrets that hold tokens of it. */
  readonly tokenSecrets: readonly string[];
}

export interface NetworkPolicyObject extends Named {
  readonly podSelector: LabelSelector;
  /** Null: it does not isolate pods in this direction. */
  readonly ingress: readonly NetworkRule[] | null;
  readonly egress: readonly NetworkRule[] | null;
}

/** What a policy allows: these peers on these ports; null is every one. */
export interface NetworkRule {
  readonly peers: readonly NetworkPeer[] | null;
  readonly ports: readonly NetworkPort[] | null;
}

/** A block of addresses, or pods. */
export interface NetworkPeer {
  readonly podSelector: LabelSelector | null;
  readonly namespaceSelector: LabelSelector | null;
  readonly cidr: string | null;
  readonly except: readonly string[];
}

export interface NetworkPort {
  /** `TCP`, `UDP`, `SCTP`. */
  readonly protocol: string;
  /** A number, or the name of a container's port; null: all. */
  readonly port: number | string | null;
  readonly endPort: number | null;
}

export interface IngressObject extends Named {
  readonly annotations: Readonly<Record<string, string>>;
  /** Hosts of its rules; null: any host. */
  readonly hosts: readonly (string | null)[];
  /** Services of its namespace that it leads to. */
  readonly backends: readonly string[];
  /** The hosts of each entry of `tls`; of an entry without hosts, none. */
  readonly tls: readonly (readonly string[])[];
}

/** One webhook of a configuration. */
export interface WebhookObject {
  /** `ValidatingWebhookConfiguration` or `MutatingWebhookConfiguration`. */
  readonly kind: string;
  /** Of the configuration. */
  readonly name: string;
  readonly webhook: string;
  /** `failurePolicy: Ignore`: what it should look at passes while it does not answer. */
  readonly failsOpen: boolean;
  readonly rules: readonly {
    readonly apiGroups: readonly string[];
    readonly resources: readonly string[];
  }[];
  /** The Service that answers; null: an address. */
  readonly service: Named | null;
  /** Which namespaces’ objects it sees; objects without a namespace always. */
  readonly namespaces: LabelSelector;
  /** A selector of objects, or conditions, leave some requests out. */
  readonly isNarrowed: boolean;
}

/** A ValidatingAdmissionPolicy. */
export interface AdmissionPolicyObject {
  readonly name: string;
  readonly failsOpen: boolean;
}

export interface AdmissionBindingObject {
  readonly name: string;
  readonly policy: string;
  /** `Deny`, `Warn`, `Audit`. */
  readonly actions: readonly string[];
}

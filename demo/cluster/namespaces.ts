/** A namespace of the simulated cluster. */
export interface DemoNamespace {
  readonly name: string;
  /** The owner in its annotation; null without one. */
  readonly owner: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly quota: { readonly cpu: number; readonly ramGiB: number } | null;
}

export const OWNER_ANNOTATION = 'burnwatch.io/owner';

const PLAN: readonly (readonly [
  name: string,
  owner: string | null,
  environment: string,
  quota: DemoNamespace['quota'],
])[] = [
  ['back-office', 'team-erp', 'production', null],
  ['ci', 'team-platform', 'build', null],
  ['data-platform', 'team-data', 'production', { cpu: 12, ramGiB: 48 }],
  ['kube-system', 'team-platform', 'system', null],
  ['media', 'team-media', 'production', { cpu: 8, ramGiB: 16 }],
  ['ml', 'team-ml', 'production', null],
  ['monitoring', 'team-platform', 'system', null],
  ['online-boutique', 'team-shop', 'production', { cpu: 10, ramGiB: 24 }],
  ['payments', 'team-payments', 'production', { cpu: 6, ramGiB: 12 }],
  // Every cluster has a namespace without an owner.
  ['staging', null, 'staging', null],
  ['train-ticket', 'team-trains', 'production', null],
];

export const NAMESPACES: readonly DemoNamespace[] = PLAN.map(
  ([name, owner, environment, quota]) => ({
    name,
    owner,
    labels: { 'kubernetes.io/metadata.name': name, environment },
    quota,
  }),
);

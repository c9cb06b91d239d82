const TRIVY_LABELS = {
  'trivy-operator.container.name': 'web',
  'trivy-operator.resource.kind': 'ReplicaSet',
  'trivy-operator.resource.name': 'web-7d4b9c5f6',
  'trivy-operator.resource.namespace': 'shop',
  'resource-spec-hash': '7cb64cb677',
};

function trivy(kind: string, name: string, report: object, container = true) {
  const { 'trivy-operator.container.name': _container, ...labels } = TRIVY_LABELS;
  return {
    apiVersion: 'aquasecurity.github.io/v1alpha1',
    kind,
    metadata: {
      name,
      namespace: 'shop',
      uid: `uid-${name}`,
      labels: container ? TRIVY_LABELS : labels,
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web-7d4b9c5f6' }],
    },
    report: {
      scanner: { name: 'Trivy', vendor: 'Aqua Security', version: '0.60.0' },
      updateTimestamp: '2026-11-24T06:58:00Z',
      ...report,
    },
  };
}

/** Reports as the Trivy Operator writes them, shortened. */
export const TRIVY_REPORTS = [
  trivy('VulnerabilityReport', 'replicaset-web-7d4b9c5f6-web', {
    artifact: { repository: 'registry.example/web', tag: '1.4' },
    registry: { server: 'registry.example' },
    os: { family: 'debian', name: '12.5' },
    summary: { criticalCount: 1, highCount: 1, mediumCount: 7, lowCount: 20, unknownCount: 0 },
    vulnerabilities: [
      {
        vulnerabilityID: 'CVE-2021-44228',
        severity: 'CRITICAL',
        score: 10,
        resource: 'org.apache.logging.log4j:log4j-core',
        installedVersion: '2.14.1',
        fixedVersion: '2.15.0',
        primaryLink: 'https://avd.aquasec.com/nvd/cve-2021-44228',
        title: 'log4j-core: Remote code execution',
        links: [],
      },
      {
        vulnerabilityID: 'CVE-2024-2961',
        severity: 'HIGH',
        resource: 'libc6',
        installedVersion: '2.36-9+deb12u4',
        fixedVersion: '',
        title: 'glibc: Out of bounds write in iconv',
        links: [],
      },
    ],
  }),
  trivy('ExposedSecretReport', 'replicaset-web-7d4b9c5f6-web', {
    artifact: { repository: 'registry.example/web', tag: '1.4' },
    summary: { criticalCount: 1, highCount: 0, mediumCount: 0, lowCount: 0 },
    secrets: [
      {
        category: 'AWS',
        match: 'export AWS_ACCESS_KEY_ID=AKIA0123456789ABCDEF',
        ruleID: 'aws-access-key-id',
        severity: 'CRITICAL',
        target: '/app/.env',
        title: 'AWS Access Key ID',
      },
    ],
  }),
  trivy(
    'ConfigAuditReport',
    'replicaset-web-7d4b9c5f6',
    {
      summary: { criticalCount: 0, highCount: 1, mediumCount: 3, lowCount: 9 },
      checks: [
        { checkID: 'KSV012', title: 'Runs as root user', severity: 'HIGH', success: false },
        { checkID: 'KSV017', title: 'Privileged', severity: 'HIGH', success: true },
      ],
    },
    false,
  ),
];

function kubescape(kind: string, name: string, spec: object, container: object) {
  return {
    apiVersion: 'spdx.softwarecomposition.kubescape.io/v1beta1',
    kind,
    metadata: {
      name,
      namespace: 'shop',
      labels: {
        'kubescape.io/workload-api-group': 'apps',
        'kubescape.io/workload-api-version': 'v1',
        'kubescape.io/workload-kind': 'Deployment',
        'kubescape.io/workload-name': 'web',
        'kubescape.io/workload-namespace': 'shop',
        ...container,
      },
    },
    spec,
  };
}

/** Summaries as Kubescape writes them, shortened. */
export const KUBESCAPE_REPORTS = [
  kubescape(
    'VulnerabilityManifestSummary',
    'deployment-web-web',
    {
      severities: {
        critical: { all: 2, relevant: 1 },
        high: { all: 5, relevant: 2 },
        medium: { all: 9, relevant: 0 },
      },
      vulnerabilitiesRef: { all: { kind: 'vulnerabilitymanifests', name: 'a', namespace: 'k' } },
    },
    { 'kubescape.io/workload-container-name': 'web' },
  ),
  kubescape(
    'WorkloadConfigurationScanSummary',
    'deployment-web',
    { controls: {}, severities: { critical: 0, high: 3, medium: 6, low: 2, unknown: 0 } },
    {},
  ),
];

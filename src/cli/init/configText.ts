/** The values that `init` writes. */
export interface InitAnswers {
  readonly cluster: string;
  readonly prometheus: string;
  readonly kubeconfig: string | null;
  readonly context: string | null;
}

/** A configuration of these values, with what is often added beside them as comments. */
export function configText({ cluster, prometheus, kubeconfig, context }: InitAnswers): string {
  const workloads = [
    ...(kubeconfig === null ? [] : [`  kubeconfig: ${JSON.stringify(kubeconfig)}`]),
    ...(context === null ? [] : [`  context: ${JSON.stringify(context)}`]),
  ].map((line) => `${line}\n`);
  return `# Burnwatch. Every key: docs/configuration.md. Check: burnwatch check-config --online
# Secrets can be given as …File, such as tokenFile: /run/secrets/burnwatch/slack

# Written on every row. It stays as it is once there is a history.
cluster: ${JSON.stringify(cluster)}

prometheus:
  url: ${JSON.stringify(prometheus)}
  # Where one store holds several clusters: label matchers for every query.
  # matchers: cluster="prod-eu"
  # Grafana Mimir and others with tenants:
  # headers: { X-Scope-OrgID: my-tenant }
  # bearerTokenFile: /run/secrets/burnwatch/prometheus

workloads:
  # Metrics say what runs; the Kubernetes API adds owners, commands and settings where it can be reached.
  source: auto
${workloads.join('')}
pricing:
  currency: USD
  # Units of another currency for one US dollar.
  # exchangeRate: 0.92
  # The last resort. Prices of the cloud's lists and of OpenCost's exporter come first: burnwatch prices
  cpuCoreHour: 0.031611
  ramGiBHour: 0.004237
  # nodes:
  #   - match: { node.kubernetes.io/instance-type: m5.2xlarge }
  #     hourly: 0.384

# A budget by namespace or owner, a month.
# budgets:
#   - { namespace: shop, monthly: 1200 }

owners:
  # Labels and annotations that name an owner, on the workload or its namespace; the first that is there counts.
  keys: [burnwatch.io/owner, a8r.io/owner, owner, team]

schedule:
  # The digest: Mondays at nine.
  digest: '0 9 * * 1'
  timezone: UTC

history:
  path: ./burnwatch.db

# Without a channel, messages go to the log.
# slack:
#   tokenFile: /run/secrets/burnwatch/slack
#   channel: '#cloud-cost'
#   securityChannel: '#security'

serve:
  # Pages and API. Another address than loopback needs a token.
  listen: 127.0.0.1:9465
  # externalUrl: https://burnwatch.example.com
  # tokens:
  #   - { name: admin, tokenFile: /run/secrets/burnwatch/token, scopes: [read, ack, silence, admin] }
`;
}

import type { Logger } from 'pino';
import type { LoadedConfig } from './config/load.ts';
import { parseListen } from '../model/listen.ts';
import { Clusters } from '../serve/clusters.ts';
import { reachedByHttps } from '../serve/config.ts';
import { listen, readCertificate, type Certificate, type Listener } from '../serve/listen.ts';
import { createProbes, type ProbeSource } from '../serve/probes.ts';
import { OidcLogin } from '../serve/security/oidc.ts';
import { Sessions } from '../serve/security/sessions.ts';

/** The two addresses of the process, and which cluster answers on them. */
export class Front {
  readonly clusters: readonly string[];
  readonly #apps: Clusters;
  readonly #probes = new Map<string, ProbeSource>();
  readonly #loaded: () => LoadedConfig;
  readonly #log: Logger;
  #sessions: Sessions;
  #oidc: OidcLogin | null;
  #pages: Promise<Listener> | null = null;
  #probed: Listener | null = null;

  /** @param loaded the configuration in force; `serve` is the same for all clusters */
  constructor(clusters: readonly string[], loaded: () => LoadedConfig, log: Logger) {
    this.clusters = clusters;
    this.#apps = new Clusters(clusters);
    this.#loaded = loaded;
    this.#log = log;
    this.#sessions = this.#newSessions();
    this.#oidc = this.#newOidc();
  }

  /** Browsers that are logged in, for all clusters. */
  get sessions(): Sessions {
    return this.#sessions;
  }

  /** Logs browsers in for all clusters; null where `oidc` is not configured. */
  get oidc(): OidcLogin | null {
    return this.#oidc;
  }

  get probesUrl(): string {
    return this.#probed?.url ?? '';
  }

  mount(cluster: string, fetch: Parameters<Clusters['mount']>[1]): void {
    this.#apps.mount(cluster, fetch);
  }

  watch(cluster: string, probes: ProbeSource): void {
    this.#probes.set(cluster, probes);
  }

  /** Answers health and metrics from now on. */
  async listenForProbes(): Promise<void> {
    const first = (reason: (probes: ProbeSource) => string | null) =>
      this.clusters.map((name) => this.#probes.get(name)).find((each) => each && reason(each));
    const { serve } = this.#loaded().config;
    const app = createProbes({
      registry: {
        contentType: 'text/plain; version=0.0.4; charset=utf-8',
        metrics: async () =>
          mergeMetrics(
            await Promise.all(
              [...this.#probes.values()].map((each) =>
                // Every pod can read them here.
                this.#loaded().config.serve.namespaceMetrics
                  ? each.registry.metrics()
                  : each.openRegistry.metrics(),
              ),
            ),
          ),
      },
      unhealthy: () => first((each) => each.unhealthy())?.unhealthy() ?? null,
      notReady: () => first((each) => each.notReady())?.notReady() ?? null,
    });
    this.#probed = await listenOn('serve.probes', serve.probes, app.fetch);
  }

  /** Answers pages and API from now on; the address. */
  async listen(): Promise<string> {
    const { serve } = this.#loaded().config;
    this.#pages ??= listenOn(
      'serve.listen',
      serve.listen,
      this.#apps.fetch,
      readCertificate(serve),
    );
    return (await this.#pages).url;
  }

  /** Takes the configuration that came into force into use: all log in again, since tokens may have changed. */
  async configure(certificate: Certificate | null): Promise<void> {
    this.#renew();
    if (certificate !== null) (await this.#pages)?.useCertificate(certificate);
  }

  async closePages(): Promise<void> {
    const pages = this.#pages;
    this.#pages = null;
    await (await pages?.catch(() => null))?.close();
  }

  async close(): Promise<void> {
    await this.closePages();
    await this.#probed?.close();
  }

  #renew(): void {
    this.#sessions = this.#newSessions();
    this.#oidc = this.#newOidc();
  }

  #newOidc(): OidcLogin | null {
    const { oidc, serve } = this.#loaded().config;
    if (oidc === undefined) return null;
    // `checkAccess` asks for the address.
    const externalUrl = serve.externalUrl ?? '';
    return new OidcLogin({ settings: oidc, externalUrl, log: this.#log, now: Date.now });
  }

  #newSessions(): Sessions {
    return new Sessions(Date.now, () => reachedByHttps(this.#loaded().config.serve));
  }
}

/** The metrics of several registries; what each says of a family stands together. */
function mergeMetrics(texts: readonly string[]): string {
  if (texts.length === 1) return texts[0]!;
  const families = new Map<string, { readonly head: string[]; readonly samples: string[] }>();
  for (const text of texts) {
    const isNew = new Set<string>();
    let family = { head: [] as string[], samples: [] as string[] };
    for (const line of text.split('\n')) {
      const [, name] = /^# (?:HELP|TYPE) (\S+)/.exec(line) ?? [];
      if (name === undefined) {
        if (line !== '') family.samples.push(line);
        continue;
      }
      if (!families.has(name)) isNew.add(name);
      family = families.get(name) ?? { head: [], samples: [] };
      families.set(name, family);
      if (isNew.has(name)) family.head.push(line);
    }
  }
  const lines = [...families.values()].flatMap(({ head, samples }) => [...head, ...samples]);
  return `${lines.join('\n')}\n`;
}

/** Listens where a key of the configuration says. */
function listenOn(
  key: string,
  text: string,
  fetch: Parameters<typeof listen>[0],
  certificate: Certificate | null = null,
): Promise<Listener> {
  const address = parseListen(text);
  if (address === null) throw new Error(`${key}: ${text} is not HOST:PORT`);
  return listen(fetch, address, key, { certificate });
}

import type { Logger } from 'pino';
import type { Config } from './config/schema.ts';
import type { LoadedConfig } from './config/load.ts';
import { openHistoryReader } from '../engines/openHistory.ts';
import type { HistoryReader } from '../store/history.ts';
import type { CycleWork, IngestCounts, ServeDeps } from '../serve/deps.ts';
import type { Metrics } from '../serve/metrics.ts';
import type { ProbeSource } from '../serve/probes.ts';
import type { TimeMs } from '../model/time.ts';
import { systemClock } from '../notify/clock.ts';
import { QuestionPool } from '../serve/questions/questionPool.ts';
import { signedInteractions } from './buttonListener.ts';
import type { Front } from './front.ts';
import { openStores } from './openStores.ts';
import type { Releasers } from './releasers.ts';
import { ResponseWorker } from './responses.ts';
import type { Hono } from 'hono';
import { createApp } from '../serve/app.ts';
import {
  tokenAuthenticator,
  type Authenticator,
  type ServerEnv,
} from '../serve/security/access.ts';
import { tokenReviewAuthenticator } from '../serve/security/tokenReview.ts';

export interface PagesParts {
  config(): Config;
  loaded(): LoadedConfig;
  readonly releasers: Releasers;
  readonly metrics: Metrics;
  readonly probes: ProbeSource;
  readonly log: Logger;
  readonly version: string;
  readonly front: Front;
  lastWork(): CycleWork | null;
  /** The time of messages and silences. */
  now(): TimeMs;
  reload(): Promise<void>;
  /** Has messages sent now, where this process sends them. */
  announced(): void;
  /** Is called when an interaction changed something that the next plan shows. */
  changed(): void;
}

/** What serves pages and the API, in a process that leads and in one that stands by. */
export interface Pages {
  readonly url: string;
  readonly reader: HistoryReader;
  readonly stores: Awaited<ReturnType<typeof openStores>>;
  readonly responder: ResponseWorker;
  /** Counts questions. */
  readonly pool: Pick<QuestionPool, 'asked' | 'computed'>;
  /** Takes the configuration that came into force into use. */
  configure(): void;
}

/** Opens the history for pages and the API, and serves them. */
export async function openPages(parts: PagesParts): Promise<Pages> {
  const { config, loaded, releasers, metrics, probes, log, version, front, reload } = parts;
  const { announced, changed, lastWork, now } = parts;
  const { path } = config().history;
  const reader = await openHistoryReader(path);
  releasers.push('the history reader', () => reader.close());
  const stores = await openStores(path, log);
  releasers.push('the stores of the pages', () => stores.close());
  const responder = new ResponseWorker({ config, stores, reader, log, announced });
  const pool = new QuestionPool(loaded(), reader, log);
  releasers.push('the question threads', () => pool.close());
  const ingested: IngestCounts = {
    answered: (route, status) => metrics.ingestRequests.inc({ route, code: String(status) }),
    kept: (route, { accepted, duplicates }) => {
      metrics.signals.inc({ route, result: 'accepted' }, accepted);
      metrics.signals.inc({ route, result: 'duplicate' }, duplicates);
    },
  };
  const { questions } = pool;
  const sources = { config, reader, stores, questions, probes, ingested, lastWork };
  const { clusters } = front;
  const responses = responder.parts;
  const clock = systemClock(now);
  const takeInteractions = () =>
    signedInteractions(config(), { reader, stores, responses, log, clock, changed });
  let interactions = takeInteractions();
  releasers.push('the interactions', async () => interactions?.stop());
  const slackInteractions: NonNullable<AppParts['slackInteractions']> = (request) =>
    interactions?.take(request) ?? null;
  const app = { ...sources, responses, slackInteractions, clusters, log, version, now, reload };
  const mount = () => {
    const { fetch } = composeApp({ ...app, sessions: front.sessions, oidc: front.oidc });
    front.mount(config().cluster, fetch);
  };
  mount();
  const url = await front.listen();
  releasers.push('the page listener', () => front.closePages());
  return {
    url,
    reader,
    stores,
    responder,
    pool,
    configure: () => {
      pool.configure(loaded());
      void interactions?.stop();
      interactions = takeInteractions();
      mount();
    },
  };
}

interface AppParts extends Omit<ServeDeps, 'config' | 'authenticators'> {
  config(): Config;
  readonly log: Logger;
  readonly version: string;
}

/** Makes the pages and the API; a reload makes them anew, since tokens may have changed. */
function composeApp(parts: AppParts): Hono<ServerEnv> {
  // Tokens were read from their files when the configuration was loaded.
  const tokens = parts
    .config()
    .serve.tokens.flatMap(({ token, ...rest }) =>
      token === undefined ? [] : [{ ...rest, token }],
    );
  const authenticators: readonly Authenticator[] = [
    ...(tokens.length === 0 ? [] : [tokenAuthenticator(tokens)]),
    ...kubernetesTokens(parts),
  ];
  const { log, version, ...deps } = parts;
  return createApp({ ...deps, authenticators }, log, version);
}

function kubernetesTokens({ config, reader, log }: AppParts): readonly Authenticator[] {
  const { serve, workloads, cluster } = config();
  const settings = serve.tokenReview;
  if (settings === undefined) return [];
  const machine = { env: process.env };
  const asked = { settings, workloads, cluster, machine, log };
  const namespaces = () => reader.namespaces();
  return [tokenReviewAuthenticator({ ...asked, namespaces, now: Date.now })];
}

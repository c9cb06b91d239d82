import type { Hono } from 'hono';
import type { Logger } from 'pino';
import type { Config } from './config/schema.ts';
import type { HistoryReader } from '../store/history.ts';
import type { PlanParts } from '../respond/requests.ts';
import type { TimeMs } from '../model/time.ts';
import { createApp } from '../serve/app.ts';
import type { IngestCounts, ServeDeps, ServerStores } from '../serve/deps.ts';
import type { ProbeSource } from '../serve/probes.ts';
import {
  tokenAuthenticator,
  type Authenticator,
  type ServerEnv,
} from '../serve/security/access.ts';
import type { OidcLogin } from '../serve/security/oidc.ts';
import type { Sessions } from '../serve/security/sessions.ts';
import { tokenReviewAuthenticator } from '../serve/security/tokenReview.ts';
import type { Questions } from '../serve/questions/questions.ts';

export interface AppParts {
  config(): Config;
  readonly reader: HistoryReader;
  readonly stores: ServerStores;
  readonly questions: Questions;
  readonly probes: ProbeSource;
  readonly ingested: IngestCounts;
  readonly responses: PlanParts;
  readonly slackInteractions: NonNullable<ServeDeps['slackInteractions']>;
  readonly log: Logger;
  readonly version: string;
  readonly clusters: readonly string[];
  readonly sessions: Sessions;
  readonly oidc: OidcLogin | null;
  /** The time of messages and silences. */
  now(): TimeMs;
  reload(): Promise<void>;
}

/** Makes the pages and the API; a reload makes them anew, since tokens may have changed. */
export function composeApp(parts: AppParts): Hono<ServerEnv> {
  const { config, reader, stores, questions, probes, ingested, responses, now, reload } = parts;
  // Tokens were read from their files when the configuration was loaded.
  const tokens = config().serve.tokens.flatMap(({ token, ...rest }) =>
    token === undefined ? [] : [{ ...rest, token }],
  );
  const authenticators: readonly Authenticator[] = [
    ...(tokens.length === 0 ? [] : [tokenAuthenticator(tokens)]),
    ...kubernetesTokens(parts),
  ];
  const { clusters, sessions, oidc, slackInteractions } = parts;
  const served = { clusters, sessions, oidc };
  const sources = { reader, stores, questions, probes, ingested, responses, ...served };
  const deps = { config, ...sources, slackInteractions, authenticators, now, reload };
  return createApp(deps, parts.log, parts.version);
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

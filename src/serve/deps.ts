import type { ServeConfig } from './config.ts';
import type { SourceWork } from '../collect/collector.ts';
import type { AuditLog } from '../store/auditLog.ts';
import type { OperatorLog } from '../store/findingLog.ts';
import type { HistoryReader } from '../store/history.ts';
import type { TimeMs } from '../model/time.ts';
import type { SilenceStore } from '../store/silences/silence.ts';
import type { SignalsKept, SignalStore } from '../store/signals.ts';
import type { DeliveryStore } from '../store/notifications/deliveryStore.ts';
import type { PlanParts } from '../respond/requests.ts';
import type { Questions } from './questions/questions.ts';
import type { ProbeSource } from './probes.ts';
import type { SignedAnswer, SignedRequest } from '../channels/slack/signedInteractions.ts';
import type { Authenticator } from './security/access.ts';
import type { OidcLogin } from './security/oidc.ts';
import type { Sessions } from './security/sessions.ts';

/** What the server is given; it makes none of it itself. */
export interface ServeDeps {
  /** The configuration in force: a reload changes what this returns. */
  config(): ServeConfig;
  /** The server's own read-only connection. */
  readonly reader: HistoryReader;
  /** Answers whatever reads more than a row (`questions/questions.ts`). */
  readonly questions: Questions;
  /** Health and metrics, also on this listener. */
  readonly probes?: ProbeSource;
  /** Where what people decide is written. */
  readonly stores: ServerStores;
  /** What Prometheus was asked for in the last cycle of this process; null before it, and where another one leads. */
  readonly lastWork?: () => CycleWork | null;
  /** Plans, approves and undoes responses to findings. */
  readonly responses: PlanParts;
  /** Tried in turn with a bearer token; empty when none can be valid. */
  readonly authenticators: readonly Authenticator[];
  /** Logs browsers in by OpenID Connect; absent where that is not configured. */
  readonly oidc?: OidcLogin | null;
  /** Takes Slack's buttons by HTTP; null where they do not come this way. */
  readonly slackInteractions?: (request: SignedRequest) => Promise<SignedAnswer> | null;
  /** Counts what other tools send. */
  readonly ingested?: IngestCounts;
  /** The names of all clusters that are served here. */
  readonly clusters?: readonly string[];
  /** Of browsers, where several clusters share them; else the app makes its own. */
  readonly sessions?: Sessions;
  now(): TimeMs;
  /** Reloads the configuration; rejects with a clear message when the new one is bad. */
  reload(): Promise<void>;
}

/** What the windows of a cycle took. */
export interface CycleWork extends SourceWork {
  /** Sealed or corrected. */
  readonly windows: number;
}

/** How often other tools sent something, and what came of it. */
export interface IngestCounts {
  answered(route: string, status: number): void;
  kept(route: string, kept: SignalsKept): void;
}

/** Short writes beside the thread that writes windows. */
export interface ServerStores {
  readonly actions: Pick<OperatorLog, 'append'>;
  readonly silences: SilenceStore;
  readonly audit: AuditLog;
  readonly signals: Pick<SignalStore, 'append'>;
  readonly deliveries: Pick<DeliveryStore, 'deliveries'>;
}

import { z } from 'zod';
import { configPart } from '../../config/configPart.ts';

/** `true`, `false`, or `{ enabled: … }`. */
const toggle = z
  .union([z.boolean(), z.strictObject({ enabled: z.boolean().default(true) })])
  .default(true)
  .transform((value) => (typeof value === 'boolean' ? value : value.enabled));

const signals = z.strictObject({
  /** Takes Falco's events at /ingest/falco. */
  falco: toggle,
  /** Takes the API server's audit events at /ingest/audit. */
  audit: toggle,
  /** Takes Alertmanager's notifications, events of clouds and of Tetragon. */
  generic: toggle,
  /** Lists the Trivy Operator's reports, where the cluster has them. */
  trivy: toggle,
  /** Lists Kubescape's summaries, where the cluster has them. */
  kubescape: toggle,
});

export type SignalsConfig = z.output<typeof signals>;

/** The part under `signals`. */
export const signalsPart = configPart(signals.prefault({}));

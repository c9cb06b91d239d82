import { z } from 'zod';

const positive = z.number().positive();
const count = z.int().min(1);
const limit = z.strictObject({ warning: positive, critical: positive });

/** What is no longer ordinary for a control plane; `thresholds/controlPlane.yaml` has the values and their sources. */
export const controlPlaneSchema = z.strictObject({
  down: z.strictObject({ windows: count, knownWindows: count }),
  limits: z.strictObject({
    /** Share of requests that failed with 5xx. */
    apiErrors: limit,
    /** Requests a second that were refused. */
    apiRejected: limit,
    /** Share of the quota. */
    etcdSize: limit,
    etcdFsyncSeconds: limit,
    pendingPods: limit,
    queueDepth: limit,
    /** Share of answers. */
    dnsFailures: limit,
    /** A second, of one node. */
    runtimeErrors: limit,
    /** Less than that is left. */
    certificateSeconds: limit,
  }),
  windows: z.strictObject({ on: count, off: count }),
  /** Requests of a window. */
  clients: z.strictObject({
    timesUsual: positive,
    usualWindows: count,
    minRequests: count,
    unlimitedLists: count,
    watches: count,
    failedLogins: count,
  }),
});

export type ControlPlaneThresholds = z.output<typeof controlPlaneSchema>;

import type { TimeMs } from '../model/time.ts';

/** A change that a person or the daemon made, for the audit log. No secrets, no environment values. */
export interface AuditEntry {
  /** Wall clock. */
  readonly at: TimeMs;
  /** Token name, Slack user, operating system user. */
  readonly who: string;
  readonly via: 'api' | 'page' | 'slack' | 'cli' | 'daemon';
  /** What was done, for example `finding.acknowledge`, `silence.add`, `config.reload`. */
  readonly action: string;
  /** What it was done to: a finding's or silence's id, a file. */
  readonly subject: string;
  /** The namespace it belongs to, for who may see it; null for the whole cluster. */
  readonly namespace: string | null;
  readonly detail: Readonly<Record<string, string | number | boolean | null>>;
  /** Of what may be heard of twice: an entry of this name is written once. */
  readonly once?: string;
}

export interface StoredAuditEntry extends Omit<AuditEntry, 'once'> {
  readonly seq: number;
}

export interface AuditQuery {
  /** Only entries with a smaller `seq`, for the next page; null for the latest. */
  readonly before: number | null;
  readonly subject: string | null;
  readonly limit: number;
}

/** Who changed what: entries are appended by every interface and never changed. */
export interface AuditLog {
  /** Returns its place in the order; null when there is one of its `once` already. */
  append(entry: AuditEntry): Promise<number | null>;
  /** Latest first. */
  list(query: AuditQuery): Promise<readonly StoredAuditEntry[]>;
  close(): Promise<void>;
}

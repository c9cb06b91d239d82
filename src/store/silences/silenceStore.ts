import type { TimeMs } from '../../model/time.ts';
import type { Silence } from './silence.ts';

/** Where silences live. Anybody may write one beside a running daemon; the next plan keeps it. */
export interface SilenceStore {
  /** Silences that end after `after`, oldest first; those to come included. */
  list(after: TimeMs): Promise<readonly Silence[]>;
  add(silence: Silence): Promise<void>;
  /** Ends a silence now; false when none of that id is in force or to come. */
  expire(id: string, now: TimeMs): Promise<boolean>;
  close(): Promise<void>;
}

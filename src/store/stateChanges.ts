import type { Finding } from '../model/finding.ts';
import type { StateChange } from './cycleState.ts';

/** Changes of many windows, of which only the last of each row is kept. */
export class StateChanges {
  readonly detectors = new Map<string, Map<string, unknown>>();
  /** By fingerprint: findings that another one took the place of, and the one that stands. */
  readonly findings = new Map<string, { readonly past: Finding[]; last: Finding | null }>();

  add(change: Pick<StateChange, 'detectors' | 'findings'>): void {
    for (const [detector, states] of change.detectors) {
      const gathered = this.detectors.get(detector);
      if (gathered === undefined) this.detectors.set(detector, new Map(states));
      else for (const [key, state] of states) gathered.set(key, state);
    }
    for (const [fingerprint, finding] of change.findings) {
      const gathered = this.findings.get(fingerprint);
      if (gathered === undefined) this.findings.set(fingerprint, { past: [], last: finding });
      else {
        const { past, last } = gathered;
        if (last !== null && last.id !== finding?.id) past.push(last);
        gathered.last = finding;
      }
    }
  }
}

/** One thing that was looked at in a history, and what to do about it. */
export interface HistoryCheck {
  readonly name: string;
  readonly isOk: boolean;
  readonly detail: string;
  readonly advice: string | null;
}

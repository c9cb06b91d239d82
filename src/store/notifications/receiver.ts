/** Where a delivery goes: a channel adapter by name, and an address that only the adapter understands. */
export interface Receiver {
  /** `slack`, `log`, `alertmanager`, `siem`, `webhook:NAME`. */
  readonly channel: string;
  /** For Slack `#name`, a channel, user or group id, or `email:alice@example.com`; else empty. */
  readonly target: string;
}

/** A stable text for a receiver, for maps. */
export function receiverKey(receiver: Receiver): string {
  return `${receiver.channel}|${receiver.target}`;
}

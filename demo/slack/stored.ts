export interface Conversation {
  readonly id: string;
  /** A channel's name, or the other user's for a direct message. */
  readonly name: string;
  readonly topic: string;
  readonly kind: 'public' | 'private' | 'im';
  readonly isArchived: boolean;
  botIsMember: boolean;
  /** The other side of a direct message. */
  readonly user: string | null;
}

export interface StoredMessage {
  readonly ts: string;
  readonly channel: string;
  /** Null: the message begins a conversation of its own. */
  readonly threadTs: string | null;
  /** A thread's reply that is shown in the channel as well. */
  readonly broadcast: boolean;
  readonly text: string;
  readonly blocks: readonly Readonly<Record<string, unknown>>[];
  readonly attachments: readonly Readonly<Record<string, unknown>>[];
  readonly metadata: Readonly<Record<string, unknown>> | null;
  readonly files: readonly string[];
  readonly editedTs: string | null;
  /** Only this user sees it. */
  readonly onlyFor: string | null;
}

export interface StoredFile {
  readonly id: string;
  readonly name: string;
  title: string;
  readonly altText: string | null;
  readonly length: number;
  readonly uploadKey: string;
  bytes: Buffer | null;
  /** When `slack_file` may show it; null until the upload is complete. */
  readyAt: number | null;
}

/** An open dialog. */
export interface OpenDialog {
  readonly id: string;
  readonly userId: string;
  readonly view: Readonly<Record<string, unknown>>;
  /** What the app said of its fields, by `block_id`. */
  readonly errors: Readonly<Record<string, string>>;
}

import type { Finding } from '../../model/finding.ts';
import { cleanText } from '../../model/text/clean.ts';
import { truncate } from '../../model/text/format.ts';
import type { TimeMs } from '../../model/time.ts';

/**
 * The content of a message, independent of any channel: each channel renders these blocks in its own form and
 * escapes their text. Lengths are limited here, so that every channel shows the same text.
 */
export interface MessageContent {
  readonly title: string;
  readonly blocks: readonly Block[];
  /** The whole on one line of plain text: for logs, notifications on a phone, and channels without blocks. */
  readonly line: string;
  readonly status: 'firing' | 'acknowledged' | 'resolved' | 'note' | 'digest';
  /** The finding it is about; of a group the most severe. */
  readonly finding: Finding | null;
  /** What changed since the conversation's last message, for channels with threads. */
  readonly changes: readonly Line[];
}

/** A part of a message, from top to bottom. */
export type Block =
  | { readonly kind: 'text' | 'small'; readonly lines: readonly Line[] }
  | { readonly kind: 'facts'; readonly facts: readonly Fact[] }
  | {
      readonly kind: 'commands';
      readonly title: string | null;
      readonly commands: readonly string[];
    }
  /** The place of the message's picture, where there is one. */
  | { readonly kind: 'picture' | 'divider' }
  | { readonly kind: 'actions'; readonly actions: readonly Action[] };

export interface Fact {
  readonly label: string;
  readonly lines: readonly Line[];
}

/** One line: plain text, and parts that channels show in their own way. */
export type Line = readonly Inline[];

export type Inline =
  | { readonly text: string; readonly style?: 'strong' | 'emphasis' }
  /** A name or command, shown so that it can be copied. */
  | { readonly code: string }
  /** Shown in the reader's time zone where the channel can. */
  | { readonly time: TimeMs }
  | { readonly url: string; readonly label: string };

/** A page to open, or a change to request where the channel can carry an interaction back. */
export type Action =
  | { readonly kind: 'open'; readonly label: string; readonly url: string }
  | { readonly kind: 'approve' | 'undo'; readonly responseId: string; readonly hash: string }
  | {
      readonly kind: 'acknowledge' | 'silence' | 'not-abuse' | 'not-mine' | 'accept';
      readonly findingId: string;
    };

/** Text from outside, cleaned and cut to `max` characters. */
export function text(value: string, max = 600): Inline {
  return { text: truncate(cleanText(value), max) };
}

export function strong(value: string, max = 600): Inline {
  return { text: truncate(cleanText(value), max), style: 'strong' };
}

export function code(value: string, max = 300): Inline {
  return { code: truncate(cleanText(value), max) };
}

/** Puts `separator` between lines that become one. */
export function joined(lines: readonly Line[], separator: string): Line {
  return lines.flatMap((line, index) => (index === 0 ? line : [{ text: separator }, ...line]));
}

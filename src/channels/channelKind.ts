import type { Logger } from 'pino';
import type { z } from 'zod';
import type { ConfigPart } from '../config/configPart.ts';
import type { RenderContext } from '../model/text/format.ts';
import type { Clock } from '../notify/clock.ts';
import type { ChannelTargets } from '../notify/policy.ts';
import type { Channel } from '../store/notifications/delivery.ts';
import type { PictureSource } from './pictures.ts';

/** What channels are made with. */
export interface ChannelParts {
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
  /** Draws the pictures of messages (`historyPictures`); without it there are none. */
  readonly pictures?: PictureSource | null;
}

/** What a message says, wherever it goes. */
export interface MessageParts {
  readonly context: RenderContext;
  readonly cluster: string;
  readonly windowMs: number;
}

/** Everything that Burnwatch knows of one kind of channel: an entry of `CHANNELS`. */
export interface ChannelKind<S extends z.ZodType = z.ZodType> {
  /** Its part of the configuration. */
  readonly part: ConfigPart<S>;
  /** What it may be sent, and which owners it reaches. */
  targets(config: NonNullable<z.output<S>>): ChannelTargets;
  /** The channels that the configuration asks for. Loads the code that sends. */
  create(
    config: NonNullable<z.output<S>>,
    parts: ChannelParts & MessageParts,
  ): Promise<readonly Channel[]>;
}

import type { Receiver } from '../../store/notifications/receiver.ts';
import type { Audience } from '../../store/notifications/notice.ts';
import type { News } from './conversations.ts';

/** One receiver and everything it gets now. */
export interface ReceiverNews {
  readonly receiver: Receiver;
  readonly audience: Audience;
  readonly news: readonly News[];
}

import type { Finding } from '../../model/finding.ts';
import type { TimeMs } from '../../model/time.ts';
import { formatScope } from '../../model/text/format.ts';
import type { Delivery } from '../../store/notifications/delivery.ts';
import type { Receiver } from '../../store/notifications/receiver.ts';
import { hashId } from '../../notify/plan/deliveryId.ts';
import type { Interaction } from './interaction.ts';

/** The note in the message's thread; a delivery like any other, so that it is not lost. */
export function threadNote(
  interaction: Interaction,
  text: string,
  now: TimeMs,
): readonly Delivery[] {
  const { channel, messageTs: ts, findingId } = interaction;
  if (channel === null || ts === null) return [];
  const id = hashId(['thread-note', findingId, channel, ts, text, now]);
  return [
    {
      id,
      receiver: { channel: 'slack', target: channel },
      conversation: `note/interaction/${id}`,
      priority: 10,
      createdAt: now,
      notice: {
        kind: 'note',
        audience: 'platform',
        title: text,
        lines: [],
        replyTo: { channel, ts },
      },
    },
  ];
}

/** A note to the platform team that an owner is wrong, and where to correct it. */
export function notMine(finding: Finding, by: string, platform: Receiver, now: TimeMs): Delivery {
  const scope = formatScope(finding);
  return {
    id: hashId(['not-mine', finding.id, by]),
    receiver: platform,
    conversation: `note/not-mine/${finding.id}`,
    priority: 0,
    createdAt: now,
    notice: {
      kind: 'note',
      audience: 'platform',
      title: 'Wrong owner',
      lines: [
        `${by} says that ${scope} is not theirs (its owner is ${finding.owner ?? 'not known'}).`,
        'Correct the owner label or annotation of the workload or namespace, or add a route under owners.routes.',
      ],
    },
  };
}

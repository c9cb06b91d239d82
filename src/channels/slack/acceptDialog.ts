import type { ModalView } from '@slack/web-api';
import { z } from 'zod';
import {
  LONGEST_ACCEPTANCE_MS,
  MAX_REASON_LENGTH,
  REVIEW_MS,
} from '../../detect/findings/decideFinding.ts';
import type { Finding } from '../../model/finding.ts';
import type { TimeMs } from '../../model/time.ts';
import { cleanText } from '../../model/text/clean.ts';
import { formatScope, titleOf } from '../../model/text/format.ts';
import { personOf, personSchema, type Interaction } from './interaction.ts';
import { mrkdwn, plainText } from './limits.ts';
import { inlineCode, prose } from './mrkdwn.ts';

/** Our dialog's name, and its fields'. */
const CALLBACK_ID = 'burnwatch_accept';
const UNTIL = 'until';
const REASON = 'reason';
const VALUE = 'value';

/** What the dialog is about; Slack keeps it and brings it back. */
const aboutSchema = z.strictObject({
  finding: z.string(),
  channel: z.string().nullable(),
  ts: z.string().nullable(),
});

/** The dialog of "Accept until …": a day, and a reason for those who find it later. */
export function acceptDialog(finding: Finding, interaction: Interaction, now: TimeMs): ModalView {
  const about = { finding: finding.id, channel: interaction.channel, ts: interaction.messageTs };
  return {
    type: 'modal',
    callback_id: CALLBACK_ID,
    private_metadata: JSON.stringify(about satisfies z.input<typeof aboutSchema>),
    title: plainText('Accept until …'),
    submit: plainText('Accept'),
    close: plainText('Cancel'),
    blocks: [
      {
        type: 'section',
        text: mrkdwn(
          `*${prose(titleOf(finding), 100)}* ${inlineCode(formatScope(finding), 300)}\nNo messages about it until that day; if it still lasts then, it opens again.`,
        ),
      },
      {
        type: 'input',
        block_id: UNTIL,
        label: plainText('To be reviewed on'),
        element: { type: 'datepicker', action_id: VALUE, initial_date: dayOf(now + REVIEW_MS) },
      },
      {
        type: 'input',
        block_id: REASON,
        label: plainText('Why it is all right'),
        element: {
          type: 'plain_text_input',
          action_id: VALUE,
          multiline: true,
          min_length: 1,
          max_length: MAX_REASON_LENGTH,
        },
      },
    ],
  };
}

const submissionSchema = personSchema.extend({
  type: z.literal('view_submission'),
  view: z.object({
    id: z.string(),
    callback_id: z.literal(CALLBACK_ID),
    private_metadata: z.string(),
    state: z.object({
      values: z.object({
        [UNTIL]: z.object({ [VALUE]: z.object({ selected_date: z.iso.date().nullish() }) }),
        [REASON]: z.object({ [VALUE]: z.object({ value: z.string().nullish() }) }),
      }),
    }),
  }),
});

/** A dialog that was sent: filled in well, or what to say at which field. */
export type Submission =
  { readonly interaction: Interaction } | { readonly errors: Readonly<Record<string, string>> };

/** Reads what a dialog of ours was filled in with; null for whatever else Slack sends. */
export function readAcceptance(payload: unknown, now: TimeMs): Submission | null {
  const parsed = submissionSchema.safeParse(payload);
  if (!parsed.success) return null;
  const { view } = parsed.data;
  const about = aboutOf(view.private_metadata);
  if (about === null) return null;
  const until = Date.parse(view.state.values[UNTIL][VALUE].selected_date ?? '');
  const reason = cleanText(view.state.values[REASON][VALUE].value ?? '');
  const errors = {
    ...(!(until > now && until <= now + LONGEST_ACCEPTANCE_MS) && {
      [UNTIL]: 'Choose a day after today, within a year.',
    }),
    ...((reason === '' || reason.length > MAX_REASON_LENGTH) && {
      [REASON]: 'A reason is needed, for those who find it later.',
    }),
  };
  if (Object.keys(errors).length > 0) return { errors };
  return {
    interaction: {
      ...personOf(parsed.data),
      what: 'accept',
      id: `dialog/${view.id}`,
      acceptance: { until, reason },
      findingId: about.finding,
      channel: about.channel,
      messageTs: about.ts,
      triggerId: null,
    },
  };
}

function aboutOf(text: string): z.output<typeof aboutSchema> | null {
  try {
    return aboutSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

function dayOf(time: TimeMs): string {
  return new Date(time).toISOString().slice(0, 10);
}

import type { PressOutcome, SlackPress, SlackSubmission } from '../options.ts';
import type { Workspace } from '../workspace.ts';

/** What people can do on the page. */
export interface PageActor {
  readonly workspace: Workspace;
  press(press: SlackPress): Promise<PressOutcome>;
  submit(submission: SlackSubmission): Promise<PressOutcome>;
}

export type PageAction = (form: URLSearchParams, parts: PageActor) => Promise<PressOutcome>;

/** What the page's own script sends; the rest of a form are a dialog's fields. */
export const PAGE_ACTIONS: ReadonlyMap<string, PageAction> = new Map<string, PageAction>([
  [
    'press',
    (form, { press }) => {
      const value = (name: string) => form.get(name) ?? '';
      const option = form.get('option');
      return press({
        userId: value('user'),
        channel: value('channel'),
        ts: value('ts'),
        actionId: value('action'),
        ...(option !== null && { option }),
      });
    },
  ],
  [
    'submit',
    (form, { submit }) => {
      const { user = '', ...values } = Object.fromEntries(form);
      return submit({ userId: user, values });
    },
  ],
  [
    'dismiss',
    async (form, { workspace }) => {
      workspace.closeDialog(form.get('user') ?? '');
      return { acknowledged: true, afterMs: 0, response: null };
    },
  ],
]);

import { isJson, type Json } from './blockKit/problem.ts';
import { viewJson } from './methods/views.ts';
import type { SlackSubmission } from './options.ts';
import { personJson } from './press.ts';
import type { OpenDialog } from './stored.ts';
import type { Workspace } from './workspace.ts';

/** The `view_submission` payload of a submitted dialog (docs.slack.dev, view interactions payload). */
export function submissionPayload(
  dialog: OpenDialog,
  values: SlackSubmission['values'],
  workspace: Workspace,
): Json {
  const blocks = Array.isArray(dialog.view['blocks'])
    ? (dialog.view['blocks'] as readonly Json[])
    : [];
  const filled: Record<string, Json> = {};
  for (const { type, block_id: blockId, element } of blocks) {
    if (type !== 'input' || typeof blockId !== 'string' || !isJson(element)) continue;
    filled[blockId] = { [String(element['action_id'])]: valueOf(element, values[blockId] ?? '') };
  }
  return {
    type: 'view_submission',
    ...personJson(dialog.userId, workspace),
    trigger_id: workspace.newTrigger(dialog.userId),
    view: viewJson(dialog, workspace, filled),
    response_urls: [],
  };
}

function valueOf({ type }: Json, text: string): Json {
  const value = text === '' ? null : text;
  return type === 'datepicker' ? { type, selected_date: value } : { type, value };
}

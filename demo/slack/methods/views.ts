import { checkView } from '../blockKit/checkView.ts';
import { isJson, type Json } from '../blockKit/problem.ts';
import { jsonArg, requiredArg, SlackRefusal } from '../calls.ts';
import type { OpenDialog } from '../stored.ts';
import type { Workspace } from '../workspace.ts';
import { refuseInvalid } from './messageContent.ts';
import type { Method } from './method.ts';

/** `views.open`: opens a dialog for the user of an interaction, within three seconds and once for each. */
const open: Method = {
  scopes: [],
  token: 'bot',
  run: ({ workspace, args }) => {
    const view = jsonArg(args, 'view', 'invalid_arguments');
    if (!isJson(view)) throw new SlackRefusal('invalid_arguments');
    const trigger = workspace.takeTrigger(requiredArg(args, 'trigger_id'));
    // No picture is shown in a dialog of ours.
    refuseInvalid(checkView(view, { fileIsReady: () => false }), 'invalid_arguments');
    const dialog = { id: workspace.ids.next('V'), userId: trigger.userId, view, errors: {} };
    workspace.openDialog(dialog);
    return { view: viewJson(dialog, workspace, {}) };
  },
};

/** A view as Slack tells it to the app, with what its fields were filled in with. */
export function viewJson({ id, view }: OpenDialog, workspace: Workspace, values: Json): Json {
  return {
    id,
    team_id: workspace.teamId,
    private_metadata: '',
    callback_id: '',
    clear_on_close: false,
    notify_on_close: false,
    submit: null,
    close: null,
    previous_view_id: null,
    ...view,
    state: { values },
    hash: `${workspace.ids.ts()}.hash`,
    root_view_id: id,
    app_id: workspace.appId,
    external_id: '',
    app_installed_team_id: workspace.teamId,
    bot_id: workspace.botId,
  };
}

export const viewMethods: Readonly<Record<string, Method>> = { 'views.open': open };

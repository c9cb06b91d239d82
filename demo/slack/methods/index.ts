import { chatMethods } from './chat.ts';
import { conversationMethods } from './conversations.ts';
import { fileMethods } from './files.ts';
import type { Method } from './method.ts';
import { peopleMethods } from './people.ts';
import { viewMethods } from './views.ts';

const authTest: Method = {
  scopes: [],
  token: 'bot',
  run: ({ workspace, baseUrl }) => ({
    url: `${baseUrl}/`,
    team: workspace.teamName,
    user: workspace.appName.toLowerCase(),
    team_id: workspace.teamId,
    user_id: workspace.botUserId,
    bot_id: workspace.botId,
    is_enterprise_install: false,
  }),
};

const openConnection: Method = {
  scopes: ['connections:write'],
  token: 'app',
  run: ({ socketUrl }) => ({ url: socketUrl() }),
};

/** Every method there is; what is not here is `unknown_method`, as at Slack. */
export const METHODS: Readonly<Record<string, Method>> = {
  'auth.test': authTest,
  'apps.connections.open': openConnection,
  ...chatMethods,
  ...conversationMethods,
  ...fileMethods,
  ...peopleMethods,
  ...viewMethods,
};

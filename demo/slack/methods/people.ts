import { booleanArg, requiredArg, SlackRefusal } from '../calls.ts';
import type { SlackUser } from '../options.ts';
import type { Workspace } from '../workspace.ts';
import type { Method } from './method.ts';

const lookupByEmail: Method = {
  scopes: ['users:read.email'],
  token: 'bot',
  run: ({ workspace, args }) => {
    const email = requiredArg(args, 'email').toLowerCase();
    const user = workspace.users.find((each) => each.email.toLowerCase() === email);
    if (user === undefined) throw new SlackRefusal('users_not_found');
    return { user: userJson(user, workspace) };
  },
};

const info: Method = {
  scopes: ['users:read'],
  token: 'bot',
  run: ({ workspace, args }) => {
    const id = requiredArg(args, 'user');
    const user = workspace.users.find((each) => each.id === id);
    if (user === undefined) throw new SlackRefusal('user_not_found');
    return { user: userJson(user, workspace) };
  },
};

function userJson(user: SlackUser, { teamId }: Workspace): Readonly<Record<string, unknown>> {
  const { id, name, realName, email } = user;
  return {
    id,
    team_id: teamId,
    name,
    deleted: false,
    real_name: realName,
    is_bot: false,
    profile: { real_name: realName, display_name: name, email },
  };
}

const listGroups: Method = {
  scopes: ['usergroups:read'],
  token: 'bot',
  run: ({ workspace, args }) => ({
    usergroups: workspace.userGroups.map(({ id, handle, name, users, channels = [] }) => ({
      id,
      team_id: workspace.teamId,
      is_usergroup: true,
      name,
      handle,
      date_delete: 0,
      user_count: users.length,
      prefs: {
        channels: workspace.conversations
          .filter((each) => channels.includes(each.name))
          .map((each) => each.id),
        groups: [],
      },
      ...(booleanArg(args, 'include_users') && { users }),
    })),
  }),
};

const listGroupUsers: Method = {
  scopes: ['usergroups:read'],
  token: 'bot',
  run: ({ workspace, args }) => {
    const id = requiredArg(args, 'usergroup');
    const group = workspace.userGroups.find((each) => each.id === id);
    if (group === undefined) throw new SlackRefusal('no_such_subteam');
    return { users: group.users };
  },
};

export const peopleMethods: Readonly<Record<string, Method>> = {
  'users.lookupByEmail': lookupByEmail,
  'users.info': info,
  'usergroups.list': listGroups,
  'usergroups.users.list': listGroupUsers,
};

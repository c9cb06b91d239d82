import { alertmanagerPart } from './alertmanager/config.ts';
import { siemPart } from './siem/config.ts';
import { slackPart } from './slack/config.ts';
import { webhooksPart } from './webhook/config.ts';

export const CHANNEL_PARTS = {
  slack: slackPart,
  webhooks: webhooksPart,
  alertmanager: alertmanagerPart,
  siem: siemPart,
};

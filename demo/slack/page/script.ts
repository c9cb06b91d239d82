/** The page's own script: presses, and looking again when something changed. */
export const SCRIPT = `
'use strict';
const toast = document.getElementById('toast');
let timer;
function say(text) {
  toast.textContent = text;
  toast.className = 'shown';
  clearTimeout(timer);
  timer = setTimeout(() => { toast.className = ''; }, 4000);
}
async function refresh() {
  const answer = await fetch(location.href);
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const lists = [...document.querySelectorAll('.messages')];
  const atEnd = lists.map((list) => list.scrollHeight - list.scrollTop - list.clientHeight < 40);
  const before = lists.map((list) => list.scrollTop);
  // An open menu stays open.
  const open = document.querySelector('details.menu[open]')?.closest('.message')?.dataset.ts;
  document.getElementById('live').replaceWith(page.getElementById('live'));
  const reopened = open && document.querySelector(\`.message[data-ts="\${open}"] details.menu\`);
  if (reopened) reopened.open = true;
  document.querySelector('nav').replaceWith(page.querySelector('nav'));
  const dialog = document.getElementById('dialog');
  const now = page.getElementById('dialog');
  // Text that a person is writing stays.
  if (dialog.dataset.id !== now.dataset.id) dialog.replaceWith(now);
  [...document.querySelectorAll('.messages')].forEach((list, index) => {
    list.scrollTop = atEnd[index] ?? true ? list.scrollHeight : before[index];
  });
}
// Shows the app's response, or that there was none in time.
async function post(path, fields) {
  const form = new URLSearchParams({ user: document.body.dataset.user, ...fields });
  const answer = await fetch(path, { method: 'POST', body: form });
  const outcome = answer.ok ? await answer.json() : { acknowledged: false };
  if (!outcome.acknowledged) say('The app did not answer within 3 seconds.');
  return outcome;
}
document.addEventListener('click', async (event) => {
  const button = event.target.closest('button[data-action]');
  if (!button) return;
  const message = button.closest('.message');
  const { action, option, url } = button.dataset;
  if (url) window.open(url, '_blank', 'noopener,noreferrer');
  button.closest('details')?.removeAttribute('open');
  button.classList.add('busy');
  const { channel, ts } = message.dataset;
  await post('/press', { channel, ts, action, ...(option && { option }) });
  button.classList.remove('busy');
});
document.addEventListener('submit', async (event) => {
  event.preventDefault();
  const outcome = await post('/submit', Object.fromEntries(new FormData(event.target)));
  const errors = outcome.response?.errors ?? {};
  for (const place of event.target.querySelectorAll('[data-error]'))
    place.textContent = errors[place.dataset.error] ?? '';
});
document.addEventListener('click', (event) => {
  if (event.target.closest('[data-dismiss]')) post('/dismiss', {});
});
let waiting = false;
new EventSource('/events').addEventListener('message', () => {
  if (waiting) return;
  waiting = true;
  setTimeout(() => { waiting = false; refresh(); }, 150);
});
for (const list of document.querySelectorAll('.messages')) list.scrollTop = list.scrollHeight;
`;

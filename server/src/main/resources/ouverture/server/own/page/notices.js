// What the page says above the conversation, and what it asks before it does something.

import {byId} from './dom.js';

/** Shows a sentence until it is closed, with a button if there is something to do; an empty one goes away. */
export function notice(text, action = '', then = () => {}) {
  byId('notice-text').textContent = text;
  byId('notice').hidden = text === '';
  byId('notice-action').hidden = action === '';
  byId('notice-action').textContent = action;
  byId('notice-action').onclick = then;
}

/** Whether the reader wants what cannot be undone. */
export function sure(question) {
  const dialog = byId('confirm-dialog');
  byId('confirm-text').textContent = question;
  dialog.returnValue = '';
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.onclose = () => resolve(dialog.returnValue === 'ok');
  });
}

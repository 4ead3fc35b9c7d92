// Text files as parts of a message.

import {say} from './language.js';
import {notice} from './notices.js';

const MOST_FILE_BYTES = 1_000_000;

/** Puts files into a message's field, each as a block of its own. */
export async function attach(files, field) {
  for (const file of files) {
    if (file.size > MOST_FILE_BYTES) {
      notice(say('attachTooLarge', {name: file.name}));
      continue;
    }
    const text = await file.text();
    if (/[\0\ufffd]/.test(text)) {
      notice(say('attachNotText', {name: file.name}));
      continue;
    }
    const fence = '`'.repeat(Math.max(3, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length + 1)));
    const before = field.value.trimEnd();
    field.value = `${before}${before && '\n\n'}${file.name}\n${fence}\n${text.trimEnd()}\n${fence}\n`;
  }
  field.focus();
}

// Conversations as files.

import {say} from './language.js';
import {shownVersion} from './messages.js';

/** A name for a file: the title without what file systems dislike. */
export function fileName(conversation, ending) {
  const plain = conversation.title.replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-+|-+$/g, '');
  return `${plain || 'ouverture'}.${ending}`;
}

export function asMarkdown(conversation) {
  const parts = [`# ${conversation.title}`];
  for (const message of conversation.messages) {
    if (message.role === 'user') {
      parts.push(`## ${say('you')}`, message.content);
    } else {
      const {model, thoughts, text} = shownVersion(message);
      parts.push(`## ${model}`);
      if (thoughts) {
        parts.push(`<details><summary>${say('thoughts')}</summary>`, thoughts, '</details>');
      }
      parts.push(text);
    }
  }
  return `${parts.join('\n\n')}\n`;
}

/** The conversation as the API takes it, with all versions of its answers. */
export function asJson(conversation) {
  return `${JSON.stringify(conversation, null, 2)}\n`;
}

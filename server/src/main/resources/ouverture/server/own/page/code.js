// Colours code. highlight.js takes it apart; its tree of scopes becomes elements here, since what it would write itself
// is a string of HTML.

import {element} from './dom.js';

/** Longer code than this stays as it is: an answer is coloured anew with every word that it gains. */
const MOST_LENGTH = 50_000;

/** The children of a `code` element: the text itself where its language is not known. */
export function coloured(text, language) {
  if (text.length > MOST_LENGTH || !hljs.getLanguage(language)) {
    return [text];
  }
  return children(hljs.highlight(text, {language, ignoreIllegals: true})._emitter.rootNode);
}

function children(node) {
  return node.children.map((child) =>
    typeof child === 'string' ? child : element('span', {className: className(child.scope)}, ...children(child)));
}

/** `title.function` has the classes `hljs-title` and `function_`, as in highlight.js's own themes. */
function className(scope) {
  const [first, ...rest] = (scope ?? '').split('.');
  return [`hljs-${first}`, ...rest.map((part, depth) => part + '_'.repeat(depth + 1))].join(' ');
}

// Markdown to elements. `marked` takes the text apart; each token becomes an element here, never a string of HTML, so
// whatever a model writes stays text. HTML in it is shown as it is written; images become links, since fetching them
// would tell other hosts what is being read.

import {Marked} from './marked.esm.js';
import {coloured} from './code.js';
import {copyText, element, showSign, signButton} from './dom.js';
import {say} from './language.js';
import {formula, formulas} from './maths.js';

const ENTITIES = {amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0', hellip: '…', mdash: '—', ndash: '–'};
const marked = new Marked({extensions: formulas});
const shown = new WeakMap();

/** Shows a text that may have grown since the last time: only blocks that changed are built again. */
export function renderMarkdown(container, text) {
  const tokens = marked.lexer(text).filter((token) => token.type !== 'space' && token.type !== 'def');
  const before = shown.get(container) ?? [];
  tokens.forEach((token, i) => {
    if (before[i] === token.raw) {
      return;
    }
    const made = block(token);
    if (container.children[i]) {
      container.children[i].replaceWith(made);
    } else {
      container.append(made);
    }
  });
  while (container.children.length > tokens.length) {
    container.lastElementChild.remove();
  }
  shown.set(container, tokens.map((token) => token.raw));
}

function block(token) {
  switch (token.type) {
    case 'heading':
      return element(`h${Math.min(token.depth + 1, 6)}`, {}, ...inline(token.tokens));
    case 'paragraph':
      return element('p', {}, ...inline(token.tokens));
    case 'text':
      return element('span', {}, ...(token.tokens ? inline(token.tokens) : [decoded(token.text)]));
    case 'code':
      return codeBlock(token.text, (token.lang ?? '').split(/\s/)[0]);
    case 'blockquote':
      return element('blockquote', {}, ...blocks(token.tokens));
    case 'list':
      return list(token);
    case 'table':
      return table(token);
    case 'hr':
      return element('hr');
    case 'formulaBlock':
      return formula(token);
    default:
      return element('p', {className: 'raw'}, token.raw);
  }
}

function blocks(tokens) {
  return tokens.filter((token) => token.type !== 'space' && token.type !== 'def').map(block);
}

function list(token) {
  const items = token.items.map((item) => {
    const content = item.tokens.filter((inner) => inner.type !== 'checkbox');
    const children = blocks(content);
    if (item.task) {
      children.unshift(element('input', {type: 'checkbox', checked: item.checked, disabled: true}));
    }
    return element('li', {className: item.task ? 'task' : ''}, ...children);
  });
  return token.ordered
    ? element('ol', {start: token.start === '' ? 1 : token.start}, ...items)
    : element('ul', {}, ...items);
}

function table(token) {
  const row = (cells, tag) => element('tr', {}, ...cells.map((cell, i) =>
    element(tag, {className: token.align[i] ?? ''}, ...inline(cell.tokens))));
  return element('div', {className: 'table', tabIndex: 0}, element('table', {},
    element('thead', {}, row(token.header, 'th')),
    element('tbody', {}, ...token.rows.map((cells) => row(cells, 'td')))));
}

function codeBlock(text, language) {
  const copy = signButton('copy', say('copy'), async () => {
    await copyText(text);
    showSign(copy, 'done');
    setTimeout(() => showSign(copy, 'copy'), 1500);
  });
  return element('div', {className: 'code'},
    element('div', {className: 'code-head'}, element('span', {}, language), copy),
    element('pre', {tabIndex: 0}, element('code', {}, ...coloured(text, language))));
}

function inline(tokens) {
  return (tokens ?? []).map((token) => {
    switch (token.type) {
      case 'strong':
        return element('strong', {}, ...inline(token.tokens));
      case 'em':
        return element('em', {}, ...inline(token.tokens));
      case 'del':
        return element('del', {}, ...inline(token.tokens));
      case 'codespan':
        return element('code', {}, token.text);
      case 'formula':
        return formula(token);
      case 'br':
        return element('br');
      case 'link':
        return link(token.href, inline(token.tokens));
      case 'image':
        return link(token.href, [say('image', {text: token.text || token.href})]);
      case 'escape':
        return token.text;
      case 'text':
        return token.tokens ? element('span', {}, ...inline(token.tokens)) : decoded(token.text);
      default:
        return token.raw;
    }
  });
}

/** A link to another page or to somebody's mail; anything else (`javascript:`, `data:`) stays text. */
function link(address, children) {
  const url = URL.canParse(address) ? new URL(address) : null;
  return url && ['http:', 'https:', 'mailto:'].includes(url.protocol)
    ? element('a', {href: url.href, target: '_blank', rel: 'noopener noreferrer nofollow'}, ...children)
    : element('span', {}, ...children);
}

/** A text with the character references that models write. */
function decoded(text) {
  return text.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(\w{2,6}));/gi, (whole, hex, decimal, name) => {
    const code = hex ? parseInt(hex, 16) : decimal ? Number(decimal) : 0;
    if (name) {
      return ENTITIES[name] ?? whole;
    }
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
  });
}

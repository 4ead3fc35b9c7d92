// Formulas in Markdown, between `$…$`, `$$…$$`, `\(…\)` and `\[…\]`. KaTeX, which builds elements, is loaded with the
// first of them; until then, and where it does not understand one, the formula stays as it was written.

import {element} from './dom.js';

let katex;
let loading;

/** A dollar opens a formula before a character, and closes one after a character and before no letter
    or digit, with no code between: prices stay. */
const INLINE = /^(?:\$(?![\s$])((?:\\[^\n]|[^$`\\\n])*?[^\s\\$`])\$(?!\w)|\\\(([^\n]+?)\\\))/;
const DISPLAYED = /^\$\$(?!\$)([^]+?)\$\$/;
const BLOCK = /^ {0,3}(?:\$\$(?!\$)([^]+?)\$\$|\\\[([^]+?)\\\])[ \t]*(?:\n+|$)/;

/** What `marked` needs to find formulas; its tokens have the types `formula` and `formulaBlock`. */
export const formulas = [
  {
    name: 'formulaBlock',
    level: 'block',
    start: (text) => text.match(/\n {0,3}(?:\$\$|\\\[)/)?.index,
    tokenizer: (text) => token('formulaBlock', text.match(BLOCK), true),
  },
  {
    name: 'formula',
    level: 'inline',
    start: (text) => text.match(/\$|\\\(/)?.index,
    tokenizer: (text) => token('formula', text.match(DISPLAYED), true) ?? token('formula', text.match(INLINE), false),
  },
];

function token(type, found, displayed) {
  return found ? {type, raw: found[0], text: (found[1] ?? found[2]).trim(), displayed} : undefined;
}

/** The element of a formula. */
export function formula({type, raw, text, displayed}) {
  const made = element(type === 'formulaBlock' ? 'div' : 'span',
    {className: displayed ? 'formula displayed' : 'formula', ...(displayed && {tabIndex: 0})}, raw.trim());
  if (katex) {
    show(made, text, displayed);
  } else {
    load().then(() => show(made, text, displayed), () => { /* it stays as it was written */ });
  }
  return made;
}

function load() {
  loading ??= Promise.all([import('/page/katex.mjs'), styles('/page/katex.min.css')])
    .then(([module]) => { katex = module; })
    .catch((failure) => {
      loading = undefined;
      throw failure;
    });
  return loading;
}

function styles(href) {
  return new Promise((resolve, reject) => {
    document.head.append(element('link', {rel: 'stylesheet', href, onload: resolve, onerror: reject}));
  });
}

function show(place, text, displayed) {
  const made = element('span');
  try {
    katex.render(text, made, {displayMode: displayed, throwOnError: true, strict: 'ignore', maxExpand: 200, maxSize: 40});
  } catch {
    return;
  }
  place.replaceChildren(made);
}

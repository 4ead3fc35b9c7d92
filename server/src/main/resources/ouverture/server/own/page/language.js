// The reader's language: the browser's, or the one chosen in the settings.

import {english, french} from './words.js';

const LANGUAGES = {en: english, fr: french};
let current = 'en';

/** The language to begin with: one chosen before, or the first of the browser's that the page speaks. */
export function preferredLanguage(chosen) {
  const wanted = [chosen, ...navigator.languages].filter(Boolean).map((tag) => tag.slice(0, 2).toLowerCase());
  return wanted.find((tag) => tag in LANGUAGES) ?? 'en';
}

export function setLanguage(tag) {
  current = tag;
  document.documentElement.lang = tag;
}

/** The words for a key; `{name}` stands for a value of that name. */
export function say(key, values = {}) {
  const words = LANGUAGES[current];
  const text = 'count' in values
    ? words[`${key}.${new Intl.PluralRules(current).select(values.count)}`] ?? words[`${key}.other`]
    : words[key];
  return text.replace(/\{(\w+)\}/g, (_, name) =>
    typeof values[name] === 'number' ? number(values[name]) : values[name]);
}

/** A number as the reader's language writes it. */
export function number(value, digits = 0) {
  return new Intl.NumberFormat(current, {maximumFractionDigits: digits, minimumFractionDigits: digits}).format(value);
}

/** Puts the words where the page's HTML asks for them. */
export function translate(root) {
  for (const [attribute, put] of [
    ['data-text', (element, text) => { element.textContent = text; }],
    ['data-placeholder', (element, text) => { element.placeholder = text; }],
    ['data-label', (element, text) => {
      element.setAttribute('aria-label', text);
      if (element.localName === 'button') {
        element.title = text;
      }
    }],
  ]) {
    for (const element of root.querySelectorAll(`[${attribute}]`)) {
      put(element, say(element.getAttribute(attribute)));
    }
  }
}

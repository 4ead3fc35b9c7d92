// Builds elements. Nothing on this page is made from strings of HTML: the content security policy forbids it.

/** An element with properties and children; a property that is a function of `on…` is a listener. */
export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in made) {
      made[name] = value;
    } else {
      made.setAttribute(name, value);
    }
  }
  made.append(...children);
  return made;
}

/** Paths of the signs, in a square of 24: fonts do not have them everywhere. */
const SIGNS = {
  again: 'M20 12a8 8 0 1 1-2.3-5.6M20 3v5h-5',
  bad: 'M17 13V4h3v9zM17 13l-4 7c-1.5 0-2.5-1-2.5-2.5L11 14H6a2 2 0 0 1-2-2.3L5 6a2 2 0 0 1 2-2h10',
  close: 'M6 6l12 12M18 6L6 18',
  copy: 'M9 9h11v11H9zM15 5V4H4v11h1',
  done: 'M5 13l4 4L19 7',
  edit: 'M4 20l1-4L16 5l3 3L8 19z',
  good: 'M7 11v9H4v-9zM7 11l4-7c1.5 0 2.5 1 2.5 2.5L13 10h5a2 2 0 0 1 2 2.3L19 18a2 2 0 0 1-2 2H7',
  next: 'M9 5l7 7-7 7',
  previous: 'M15 5l-7 7 7 7',
};

function sign(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(svg.namespaceURI, 'path');
  path.setAttribute('d', SIGNS[name]);
  svg.append(path);
  return svg;
}

/** A small button with a sign, which is told in words to those who cannot see it. */
export function signButton(name, words, onclick) {
  return element('button', {type: 'button', className: 'icon', title: words, 'aria-label': words, onclick}, sign(name));
}

/** Gives a button another sign. */
export function showSign(button, name) {
  button.replaceChildren(sign(name));
}

export function byId(id) {
  return document.getElementById(id);
}

/** Puts a text on the clipboard; pages that came without encryption from another host have only the old way. */
export async function copyText(text) {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const field = element('textarea', {value: text, className: 'hidden'});
  document.body.append(field);
  field.select();
  document.execCommand('copy');
  field.remove();
}

/** Offers a text as a file. */
export function download(name, type, text) {
  const url = URL.createObjectURL(new Blob([text], {type}));
  element('a', {href: url, download: name}).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

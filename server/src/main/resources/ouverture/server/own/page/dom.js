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

/** A small button with a sign, which is told in words to those who cannot see it. */
export function signButton(sign, words, onclick) {
  const shown = element('span', {'aria-hidden': 'true'}, sign);
  return element('button', {type: 'button', className: 'icon', title: words, 'aria-label': words, onclick}, shown);
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

// How messages look. A message is `{role: 'user', content}` or `{role: 'assistant', versions, current}`; a version is
// one answer: `{text, thoughts, model, system, after, state, usage, firstMillis, millis, note, error, id, good}`, its state
// `running`, `done`, `limit`, `stopped` or `failed`; `good` is what the reader said of it, if anything.

import {element, signButton} from './dom.js';
import {number, say} from './language.js';
import {renderMarkdown} from './markdown.js';

/** The version of an answer that is shown. */
export function shownVersion(message) {
  return message.versions[message.current];
}

/** A message of the reader. `actions.edit(text)` is called with what it is to become. */
export function userView(message, actions) {
  const text = element('div', {className: 'bubble'}, message.content);
  const tools = element('div', {className: 'tools'},
    signButton('edit', say('edit'), () => edit()),
    signButton('copy', say('copy'), () => actions.copy(message.content)));
  const view = element('article', {className: 'message user', 'aria-label': say('you')}, text, tools);

  function edit() {
    const field = element('textarea', {value: message.content, 'aria-label': say('editing'), className: 'editing'});
    const form = element('form', {className: 'edit'}, field, element('div', {className: 'row end'},
      element('button', {type: 'button', onclick: () => view.replaceChildren(text, tools)}, say('cancel')),
      element('button', {type: 'submit', className: 'primary'}, say('send'))));
    form.onsubmit = (event) => {
      event.preventDefault();
      if (field.value.trim()) {
        actions.edit(field.value);
      }
    };
    field.onkeydown = (event) => {
      if (event.key === 'Escape') {
        event.stopPropagation();
        view.replaceChildren(text, tools);
      } else if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        form.requestSubmit();
      }
    };
    view.replaceChildren(form);
    field.focus();
  }

  return {element: view, edit, update() {}};
}

/** An answer; `update` shows what has come since. */
export function answerView(message, actions) {
  const thoughts = element('div', {className: 'markdown'});
  const summary = element('summary');
  const details = element('details', {className: 'thoughts', hidden: true}, summary, thoughts);
  const text = element('div', {className: 'markdown answer'});
  const waiting = element('div', {className: 'waiting', 'aria-hidden': 'true'},
    element('i'), element('i'), element('i'));
  const problem = element('p', {className: 'problem', hidden: true});
  const figures = element('span', {className: 'figures'});
  const place = element('span');
  const versions = element('span', {className: 'versions', hidden: true},
    signButton('previous', say('previousVersion'), () => actions.show(message.current - 1)),
    place,
    signButton('next', say('nextVersion'), () => actions.show(message.current + 1)));
  const judges = actions.judge
    ? [[true, 'good'], [false, 'bad']].map(([good, name]) => [good, signButton(name, say(name), () => actions.judge(good))])
    : [];
  const tools = element('div', {className: 'tools', hidden: true},
    versions,
    signButton('copy', say('copy'), () => actions.copy(shownVersion(message).text)),
    signButton('again', say('regenerate'), () => actions.regenerate()),
    ...judges.map(([, button]) => button),
    figures);
  const view = element('article', {className: 'message assistant', 'aria-label': say('assistant')},
    details, text, waiting, problem, tools);

  function update() {
    const version = shownVersion(message);
    const running = version.state === 'running';
    view.ariaBusy = String(running);
    details.hidden = !version.thoughts;
    summary.textContent = running && !version.text ? say('thinking') : say('thoughts');
    summary.classList.toggle('live', running && !version.text);
    renderMarkdown(thoughts, version.thoughts);
    renderMarkdown(text, version.text);
    waiting.hidden = !running || version.text !== '' || version.thoughts !== '';
    problem.textContent = trouble(version);
    problem.hidden = problem.textContent === '';
    problem.classList.toggle('error', version.state === 'failed');
    tools.hidden = running;
    for (const [good, button] of judges) {
      button.setAttribute('aria-pressed', String(version.good === good));
      button.hidden = !version.text;
    }
    figures.textContent = line(version);
    versions.hidden = message.versions.length < 2;
    place.textContent = say('version', {current: message.current + 1, all: message.versions.length});
    versions.firstElementChild.disabled = message.current === 0;
    versions.lastElementChild.disabled = message.current === message.versions.length - 1;
  }

  update();
  return {element: view, update};
}

function trouble(version) {
  switch (version.state) {
    case 'failed':
      return version.error || say('connection');
    case 'stopped':
      return say('stopped');
    case 'limit':
      return say('limit');
    case 'done':
      return version.text || version.thoughts ? '' : say('nothing');
    default:
      return '';
  }
}

/** The figures of an answer: tokens, speed, time to the first token, the cache, what became of the reasoning. */
function line(version) {
  const parts = [version.model];
  if (version.usage) {
    const {completion_tokens: tokens, prompt_tokens: prompt, prompt_tokens_details: details} = version.usage;
    const seconds = (version.millis - version.firstMillis) / 1000;
    parts.push(say('tokens', {count: tokens}));
    if (tokens > 1 && seconds > 0) {
      parts.push(say('speed', {rate: number((tokens - 1) / seconds, 1)}));
    }
    parts.push(say('first', {seconds: number(version.firstMillis / 1000, 2)}));
    if (details?.cached_tokens) {
      parts.push(say('cached', {cached: details.cached_tokens, prompt}));
    }
  }
  if (version.note) {
    parts.push(version.note);
  }
  return parts.join(' · ');
}

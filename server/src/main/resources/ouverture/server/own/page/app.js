// The page: brings together what is shown, what is kept and what is asked.

import {ApiError, chat, models} from './api.js';
import {byId, copyText, download, element, signButton} from './dom.js';
import {asJson, asMarkdown, fileName} from './export.js';
import {preferredLanguage, say, setLanguage, translate} from './language.js';
import {answerView, shownVersion, userView} from './messages.js';
import {openPanels} from './panels.js';
import * as store from './store.js';

const EFFORTS = ['off', 'low', 'medium', 'high', 'auto'];
const NUMBERS = ['temperature', 'top_p', 'top_k', 'min_p', 'repetition_penalty', 'presence_penalty',
  'frequency_penalty', 'seed', 'max_tokens'];
const MOST_FILE_BYTES = 1_000_000;
const TITLE_LENGTH = 60;
/** How often an answer is kept while it is written, so that a closed page loses little. */
const KEEP_MILLIS = 2000;

const settings = store.settings();
const running = new Map();
const views = new Map();
const panels = openPanels();
let key = store.key();
let all = [];
let conversation = fresh();

function fresh() {
  return {id: crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`, title: '', changed: Date.now(), messages: []};
}

// ---- What is asked ------------------------------------------------------------------------------------------------

/** The request for an answer to the messages before it. */
function request(asked, answer) {
  const messages = [];
  if (settings.system?.trim()) {
    messages.push({role: 'system', content: settings.system});
  }
  for (const message of asked.messages.slice(0, asked.messages.indexOf(answer))) {
    if (message.role === 'user') {
      messages.push({role: 'user', content: message.content});
    } else {
      const {text, thoughts} = shownVersion(message);
      messages.push({role: 'assistant', content: text, ...(thoughts && {reasoning: thoughts})});
    }
  }
  const effort = EFFORTS[byId('reasoning').value];
  const body = {model: byId('model').value, messages, reasoning_effort: effort === 'off' ? 'none' : effort};
  for (const name of NUMBERS) {
    if (settings[name] !== undefined && settings[name] !== '') {
      body[name] = Number(settings[name]);
    }
  }
  if (settings.stop) {
    body.stop = settings.stop;
  }
  return body;
}

/** Has one more version of an answer written, which is the one that is shown. */
async function write(asked, answer) {
  const body = request(asked, answer);
  const version = {text: '', thoughts: '', model: body.model, state: 'running', firstMillis: 0, millis: 0};
  answer.versions.push(version);
  answer.current = answer.versions.length - 1;
  const controller = new AbortController();
  running.set(asked.id, controller);
  keep(asked);
  show();
  toEnd();
  const start = performance.now();
  const now = () => performance.now() - start;
  let kept = now();
  try {
    for await (const chunk of chat(body, key, controller.signal)) {
      take(version, chunk, now);
      showSoon(asked, answer);
      if (now() - kept > KEEP_MILLIS) {
        kept = now();
        keep(asked);
      }
    }
    version.state = version.state === 'running' ? 'done' : version.state;
  } catch (failure) {
    fail(version, failure);
  }
  version.millis ||= now();
  running.delete(asked.id);
  await keep(asked);
  if (asked === conversation) {
    const follows = isAtEnd();
    views.get(answer)?.update();
    showState();
    if (follows) {
      toEnd();
    }
    byId('status').textContent = say(version.state === 'stopped' ? 'answerStopped' : 'answerDone');
  }
}

function take(version, chunk, now) {
  const choice = chunk.choices?.[0];
  const text = choice?.delta?.content ?? '';
  const thoughts = choice?.delta?.reasoning ?? '';
  if (text || thoughts) {
    version.firstMillis ||= now();
    version.text += text;
    version.thoughts += thoughts;
  }
  if (choice?.finish_reason) {
    version.millis = now();
    version.state = choice.finish_reason === 'length' ? 'limit' : version.state;
  }
  version.note = chunk.reasoning_applied?.note ?? version.note;
  version.usage = chunk.usage ?? version.usage;
}

function fail(version, failure) {
  if (failure.name === 'AbortError') {
    version.state = 'stopped';
    return;
  }
  version.state = 'failed';
  version.error = failure instanceof ApiError && failure.status === 0 ? '' : failure.message;
  if (failure.status === 401) {
    askForKey();
  }
  if (!(failure instanceof ApiError)) {
    throw failure;
  }
}

function send(text) {
  if (running.has(conversation.id) || !text.trim() || !byId('model').value) {
    return false;
  }
  const answer = {role: 'assistant', versions: [], current: 0};
  conversation.title ||= text.replace(/^[\s#>*-]+/, '').split('\n')[0].slice(0, TITLE_LENGTH);
  conversation.messages.push({role: 'user', content: text}, answer);
  write(conversation, answer);
  return true;
}

/** Asks again from a message of the reader on, with other words. */
function edit(message, text) {
  if (!running.has(conversation.id)) {
    conversation.messages.length = conversation.messages.indexOf(message);
    send(text);
  }
}

/** Answers anew; what follows belonged to the other answer. */
function regenerate(answer) {
  if (!running.has(conversation.id)) {
    conversation.messages.length = conversation.messages.indexOf(answer) + 1;
    write(conversation, answer);
  }
}

function stop() {
  running.get(conversation.id)?.abort();
}

// ---- What is kept -------------------------------------------------------------------------------------------------

async function keep(changed) {
  changed.changed = Date.now();
  if (!all.includes(changed)) {
    all.unshift(changed);
  }
  all.sort((one, other) => other.changed - one.changed);
  try {
    await store.save(changed);
  } catch (failure) {
    notice(failure.message);
  }
  showHistory();
}

function open(chosen) {
  conversation = chosen;
  panels.close();
  show();
  toEnd();
  focusPrompt();
}

async function discard(chosen) {
  if (await sure(say('deleteSure', {title: chosen.title}))) {
    running.get(chosen.id)?.abort();
    all = all.filter((each) => each !== chosen);
    await store.remove(chosen.id);
    if (chosen === conversation) {
      conversation = fresh();
    }
    show();
  }
}

async function discardAll() {
  if (await sure(say('deleteAllSure'))) {
    running.forEach((controller) => controller.abort());
    all = [];
    await store.removeAll();
    open(fresh());
  }
}

function saveSettings() {
  store.saveSettings(settings);
}

// ---- What is shown ------------------------------------------------------------------------------------------------

/** Shows the conversation; what is shown of it already stays as the reader has opened it. */
function show() {
  const before = new Map(views);
  views.clear();
  for (const message of conversation.messages) {
    const view = before.get(message) ?? viewOf(message);
    view.update();
    views.set(message, view);
  }
  byId('messages').replaceChildren(...[...views.values()].map((view) => view.element));
  byId('welcome').hidden = conversation.messages.length > 0;
  showState();
}

function viewOf(message) {
  const copy = (text) => copyText(text).then(() => { byId('status').textContent = say('copied'); });
  const view = message.role === 'user'
    ? userView(message, {copy, edit: (text) => edit(message, text)})
    : answerView(message, {
      copy,
      regenerate: () => regenerate(message),
      show: (version) => {
        message.current = version;
        view.update();
        keep(conversation);
      },
    });
  return view;
}

function showState() {
  const busy = running.has(conversation.id);
  byId('send').hidden = busy;
  byId('stop').hidden = !busy;
  byId('title').value = conversation.title;
  byId('title').placeholder = say('untitled');
  document.title = conversation.title ? `${conversation.title} – Ouverture` : 'Ouverture';
  showHistory();
  showWhereEndIs();
}

let frame = 0;

/** Shows what has come of an answer, once for each picture that the screen can show. */
function showSoon(asked, answer) {
  if (asked === conversation && !frame) {
    frame = requestAnimationFrame(() => {
      frame = 0;
      const follows = isAtEnd();
      views.get(answer)?.update();
      if (follows) {
        toEnd();
      }
      showWhereEndIs();
    });
  }
}

function showHistory() {
  const wanted = byId('search').value.trim().toLowerCase();
  const found = all.filter((each) => [each.title, ...each.messages.flatMap(texts)]
    .some((text) => text.toLowerCase().includes(wanted)));
  byId('conversations').replaceChildren(...found.map((each) => {
    const chosen = each === conversation;
    const remove = signButton('close', say('deleteNamed', {title: each.title}), () => discard(each));
    return element('li', {className: chosen ? 'chosen' : ''},
      element('button', {type: 'button', onclick: () => open(each), ...(chosen && {'aria-current': 'true'})},
        each.title || say('untitled')),
      remove);
  }));
}

function texts(message) {
  return message.role === 'user' ? [message.content] : message.versions.map((version) => version.text);
}

function showReasoning() {
  const slider = byId('reasoning');
  const name = say(EFFORTS[slider.value]);
  byId('reasoning-name').textContent = name;
  slider.setAttribute('aria-valuetext', name);
}

function isAtEnd() {
  const {scrollHeight, scrollTop, clientHeight} = byId('scroller');
  return scrollHeight - scrollTop - clientHeight < 60;
}

/** Where there is a keyboard: elsewhere one would come up over the page. */
function focusPrompt() {
  if (matchMedia('(hover: hover)').matches) {
    byId('prompt').focus();
  }
}

function toEnd() {
  byId('scroller').scrollTop = byId('scroller').scrollHeight;
}

function showWhereEndIs() {
  byId('to-end').hidden = isAtEnd();
}

function notice(text, action = '', then = () => {}) {
  byId('notice-text').textContent = text;
  byId('notice').hidden = text === '';
  byId('notice-action').hidden = action === '';
  byId('notice-action').textContent = action;
  byId('notice-action').onclick = then;
}

/** Whether the reader wants what cannot be undone. */
function sure(question) {
  const dialog = byId('confirm-dialog');
  byId('confirm-text').textContent = question;
  dialog.returnValue = '';
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.onclose = () => resolve(dialog.returnValue === 'ok');
  });
}

function askForKey() {
  const dialog = byId('key-dialog');
  if (dialog.open) {
    return;
  }
  byId('key').value = key;
  dialog.returnValue = '';
  dialog.showModal();
  dialog.onclose = () => {
    if (dialog.returnValue === 'ok') {
      key = byId('key').value.trim();
      store.saveKey(key);
      showModels();
    }
  };
}

async function showModels() {
  try {
    const there = await models(key);
    const chosen = there.some((model) => model.id === settings.model) ? settings.model : there[0]?.id;
    byId('model').replaceChildren(...there.map((model) =>
      element('option', {value: model.id, selected: model.id === chosen}, model.id)));
    notice(there.length === 0 ? say('noModels') : '');
  } catch (failure) {
    if (failure.status === 401) {
      notice(say('keyTitle'), say('keyEnter'), askForKey);
      askForKey();
    } else {
      notice(failure.status ? failure.message : say('connection'), say('retry'), showModels);
    }
  }
}

// ---- What the reader does -----------------------------------------------------------------------------------------

function submit() {
  const field = byId('prompt');
  if (send(field.value)) {
    field.value = '';
  }
}

/** Puts text files into the message, each as a block of its own. */
async function attach(files) {
  const field = byId('prompt');
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

function listenToComposer() {
  byId('composer').onsubmit = (event) => {
    event.preventDefault();
    submit();
  };
  byId('prompt').onkeydown = (event) => {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      submit();
    } else if (event.key === 'ArrowUp' && byId('prompt').value === '') {
      const last = conversation.messages.findLast((message) => message.role === 'user');
      if (last && !running.has(conversation.id)) {
        event.preventDefault();
        views.get(last).edit();
      }
    }
  };
  byId('stop').onclick = stop;
  byId('attach').onclick = () => byId('files').click();
  byId('files').onchange = () => attach([...byId('files').files]);
  byId('composer').ondragover = (event) => event.preventDefault();
  byId('composer').ondrop = (event) => {
    event.preventDefault();
    attach([...event.dataTransfer.files]);
  };
  byId('model').onchange = () => {
    settings.model = byId('model').value;
    saveSettings();
  };
  byId('reasoning').oninput = () => {
    settings.reasoning = EFFORTS[byId('reasoning').value];
    saveSettings();
    showReasoning();
  };
}

function listenToSettings() {
  const form = byId('options');
  form.onsubmit = (event) => event.preventDefault();
  for (const name of ['system', 'stop', ...NUMBERS]) {
    const field = form.elements[name];
    field.value = settings[name] ?? '';
    field.oninput = () => {
      if (field.reportValidity()) {
        settings[name] = field.value;
        saveSettings();
      }
    };
  }
  byId('reset').onclick = () => {
    for (const name of ['stop', ...NUMBERS]) {
      form.elements[name].value = '';
      delete settings[name];
    }
    saveSettings();
  };
  byId('language').onchange = () => {
    settings.language = byId('language').value;
    saveSettings();
    speak();
  };
  byId('theme').onchange = () => {
    settings.theme = byId('theme').value;
    saveSettings();
    paint();
  };
  byId('key-open').onclick = askForKey;
  byId('delete-all').onclick = discardAll;
  byId('export-markdown').onclick = () =>
    download(fileName(conversation, 'md'), 'text/markdown', asMarkdown(conversation));
  byId('export-json').onclick = () => download(fileName(conversation, 'json'), 'application/json', asJson(conversation));
}

function listenToPage() {
  byId('new').onclick = () => open(fresh());
  byId('search').oninput = showHistory;
  byId('title').onchange = () => {
    conversation.title = byId('title').value.trim();
    if (conversation.messages.length > 0) {
      keep(conversation);
    }
  };
  byId('scroller').onscroll = showWhereEndIs;
  byId('to-end').onclick = toEnd;
  byId('notice-close').onclick = () => notice('');
  for (const button of document.querySelectorAll('dialog .cancel')) {
    button.onclick = () => button.closest('dialog').close();
  }
  document.addEventListener('keydown', (event) => {
    const typing = event.target.closest('input, textarea, select, dialog');
    if (event.key === 'Escape' && !document.querySelector('dialog[open]') && !panels.close()) {
      stop();
    } else if (event.key === '/' && !typing) {
      event.preventDefault();
      byId('prompt').focus();
    }
  });
}

function speak() {
  const language = preferredLanguage(settings.language);
  setLanguage(language);
  byId('language').value = language;
  translate(document);
  views.clear(); // their words are another language's
  showReasoning();
  show();
}

function paint() {
  byId('theme').value = settings.theme ?? 'system';
  document.documentElement.dataset.theme = byId('theme').value;
}

async function begin() {
  const effort = EFFORTS.indexOf(settings.reasoning);
  byId('reasoning').value = effort < 0 ? EFFORTS.indexOf('auto') : effort;
  paint();
  listenToComposer();
  listenToSettings();
  listenToPage();
  speak();
  showModels();
  all = await store.conversations();
  for (const each of all) {
    // What was being written when the page was closed will not go on.
    each.messages.filter((message) => message.role === 'assistant').flatMap((message) => message.versions)
      .filter((version) => version.state === 'running').forEach((version) => { version.state = 'stopped'; });
    each.messages = each.messages.filter((message) => message.role === 'user' || message.versions.length > 0);
  }
  if (all.length > 0 && conversation.messages.length === 0) {
    conversation = all[0];
  }
  show();
  toEnd();
  focusPrompt();
}

begin();
